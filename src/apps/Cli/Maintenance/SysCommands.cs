using System.Net;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Cli.Flows;
using Kestra.Cli.Running;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Maintenance;

/// <summary><c>sys database migrate</c>: brings the schema of the database up to this version, and does nothing else.</summary>
internal sealed class DatabaseMigrateCommand() : KestraCommand("migrate", "Force database schema migration")
{
    public override async Task<int> RunAsync(Invocation invocation)
    {
        var configuration = invocation.DatabaseConfiguration(migrate: true);
        await using var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.None, LogLevels.Read(configuration, null));
        var store = server.Services.GetRequiredService<IStore>();
        using var databaseLock = Take(server.Settings);
        await store.MigrateAsync(invocation.CancellationToken);
        invocation.Terminal.Line("Successfully run the database schema migration.");
        return ExitCode.Success;
    }

    // PostgreSQL lets several processes in; its migration takes a lock of its own.
    private static DatabaseLock? Take(ServerSettings settings)
    {
        if (settings.Database is not DatabaseSettings.Embedded embedded)
        {
            return null;
        }

        try
        {
            return DatabaseLock.Take(embedded.File);
        }
        catch (DatabaseInUseException error)
        {
            throw new CommandFailureException($"{error.Message} A running server has migrated its database already.", error);
        }
    }
}

/// <summary><c>sys reindex</c>: saves all records of a kind anew.</summary>
internal sealed class ReindexCommand : KestraCommand
{
    private readonly Setting<string?> type = Settings.Text("Kind of the records; only 'flow'.", "type", "-t", "--type");

    public ReindexCommand()
        : base("reindex", "Save every record of a type anew") => Add(type);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(type) is not { } kind)
        {
            throw new UsageException("Missing required option: '--type=<type>'");
        }

        if (kind != "flow")
        {
            throw new CommandFailureException($"Reindexing type '{kind}' is not supported");
        }

        var (saved, failed) = await FlowResave.RunAsync(invocation, static (_, _) => { });
        invocation.Terminal.Line($"Successfully reindex {saved} flow(s).");
        return failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary><c>sys submit-queued-execution</c>: lets every queued execution go.</summary>
internal sealed class SubmitQueuedCommand() : KestraCommand("submit-queued-execution", "Release every queued execution")
{
    private const int PageSize = 100;

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var configuration = invocation.DatabaseConfiguration();
        switch (configuration.Text("kestra.queue.type"))
        {
            case null:
                invocation.Terminal.Line("Unable to submit queued executions, the 'kestra.queue.type' configuration is not set");
                return ExitCode.Success;
            case "kafka":
                throw new CommandFailureException("Unable to submit queued executions, the 'kestra.queue.type' configuration is set to 'kafka', use the corresponding sys-ee command");
        }

        await using var server = await EmbeddedServer.StartAsync(invocation.Host, configuration, invocation.Common.ChosenLevel(invocation.Parsed), invocation.CancellationToken);
        using var client = server.CreateClient();
        var submitted = new HashSet<string>(StringComparer.Ordinal);
        while (await ReleasePageAsync(client, submitted, invocation.CancellationToken) > 0)
        {
        }

        invocation.Terminal.Line($"Successfully submitted {submitted.Count} queued executions");
        return ExitCode.Success;
    }

    // A concurrency limit may queue an execution again at once: each is released once.
    private static async Task<int> ReleasePageAsync(ApiClient client, HashSet<string> submitted, CancellationToken cancellationToken)
    {
        var page = await client.SendJsonAsync(HttpMethod.Get, $"/executions/search?page=1&size={PageSize}&filters[state][EQUALS]=QUEUED", null, cancellationToken);
        var found = page.GetProperty("results").EnumerateArray().Select(static execution => execution.Text("id")!).Where(submitted.Add).ToList();
        foreach (var id in found)
        {
            try
            {
                using var response = await client.SendAsync(HttpMethod.Post, $"/executions/{id}/unqueue?state=RUNNING", null, cancellationToken);
            }
            catch (ApiErrorException error) when (error.Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict)
            {
                // It left the queue by itself in the meantime.
                submitted.Remove(id);
            }
        }

        return found.Count;
    }
}

/// <summary><c>sys purge-queue</c>: this product has no queue table, what waits is part of its execution.</summary>
internal sealed class PurgeQueueCommand : KestraCommand
{
    private readonly Setting<string?> retention = Settings.Text("Age from which messages are deleted, as an ISO-8601 duration.", "retention", "--retention");

    public PurgeQueueCommand()
        : base("purge-queue", "Delete expired queue messages once") => Add(retention);

    public override Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(retention) is { } text && !ConfigurationValues.TryDuration(text, out _))
        {
            throw new UsageException($"Invalid value for option '--retention' (<retention>): cannot convert '{text}' to a duration such as P7D");
        }

        var configuration = invocation.DatabaseConfiguration();
        if (configuration.Text("kestra.queue.type") == "kafka")
        {
            throw new CommandFailureException("The command only works with a database as queue, but 'kestra.queue.type' is 'kafka'.");
        }

        invocation.Terminal.Line("Successfully purged 0 messages from the queues table");
        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary>A command of the original whose machinery this version does not have.</summary>
/// <param name="instead">What the user does meanwhile.</param>
internal sealed class UnavailableCommand(string name, string description, string instead) : KestraCommand(name, description)
{
    public UnavailableCommand With(params ReadOnlySpan<System.CommandLine.Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case System.CommandLine.Option option:
                    Add(option);
                    break;
                case System.CommandLine.Argument argument:
                    Add(argument);
                    break;
            }
        }

        return this;
    }

    public override Task<int> RunAsync(Invocation invocation) => throw new CommandFailureException($"`kestra {Path(invocation)}` is not available in this version. {instead}");

    private static string Path(Invocation invocation)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = invocation.Parsed.CommandResult; result?.Parent is not null; result = result.Parent)
        {
            names.Push(((System.CommandLine.Parsing.CommandResult)result).Command.Name);
        }

        return string.Join(' ', names);
    }
}
