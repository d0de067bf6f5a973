using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Running;
using Kestra.Flows.Yaml;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Flows;

/// <summary><c>flow test</c>: runs a flow in this process on a folder that is gone afterwards.</summary>
internal sealed class FlowTestCommand : KestraCommand
{
    private readonly Parameter<string> file = Settings.Required("file", "The flow file to test.");
    private readonly Parameter<string[]> inputs = Settings.Rest("inputs", "The inputs as key value pairs, separated by blanks; a FILE input takes a path.");

    public FlowTestCommand()
        : base("test", "Test a flow")
    {
        Add(file);
        Add(inputs);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var words = invocation.Get(inputs);
        if (words.Length % 2 != 0)
        {
            throw new UsageException("Invalid key pair value for inputs");
        }

        var path = invocation.Host.FullPath(invocation.Get(file));
        var count = FlowFiles.Find(path).Count;
        if (count != 1)
        {
            throw new UsageException($"Too many flow found, need 1, found {count}");
        }

        var folder = Directory.CreateTempSubdirectory("kestra-test-").FullName;
        try
        {
            var configuration = invocation.Common.Configuration(invocation.Parsed, invocation.Host).ForceLocal(folder).Build();
            var pairs = words.Chunk(2).Select(static pair => KeyValuePair.Create(pair[0], pair[1])).ToList();
            return await EmbeddedRun.RunAsync(invocation, configuration, new RunRequest(path, pairs, [], Wait: true, OutputFormat.TEXT));
        }
        catch (ApiErrorException error)
        {
            throw new CommandFailureException(error.Message.TrimEnd(), error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary><c>flow expand</c>: prints a flow with its includes put in.</summary>
internal sealed class FlowExpandCommand : KestraCommand
{
    private readonly Parameter<string> file = Settings.Required("file", "The flow file to expand.");

    public FlowExpandCommand()
        : base("expand", "Deprecated - expand a flow") => Add(file);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        invocation.Terminal.ErrorLine("`kestra flow expand` is deprecated: `flow updates` and `flow namespace update` expand includes by themselves.", Colour.Yellow);
        var path = invocation.Host.FullPath(invocation.Get(file));
        var expanded = await FlowFiles.ExpandAsync(await FlowFiles.ReadAsync(path, invocation.CancellationToken), path, invocation.CancellationToken);
        try
        {
            YamlDocument.Parse(expanded);
        }
        catch (YamlException error)
        {
            throw new CommandFailureException($"{path} is no YAML once its includes are put in: {error.Message} (line {error.Line}, column {error.Column})", error);
        }

        invocation.Terminal.Output.Write(expanded.EndsWith('\n') ? expanded : expanded + "\n");
        return ExitCode.Success;
    }
}

/// <summary><c>flow syncFromSource</c>: saves every flow of the database anew from its source.</summary>
internal sealed class FlowSyncCommand : KestraCommand
{
    private readonly ApiOptions api = new();

    public FlowSyncCommand()
        : base("syncFromSource", "Save every stored flow anew from its source")
    {
        foreach (var option in api.All)
        {
            Add(option);
        }
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(api.Tenant) is not (null or "" or Model.Flows.Tenants.Default))
        {
            throw new CommandFailureException("Tenant id can only be 'main'");
        }

        var result = await FlowResave.RunAsync(invocation, (ns, id) => invocation.Terminal.Line($"- {ns}.{id}"));
        invocation.Terminal.Line($"{result.Saved} flow(s) successfully updated!");
        return result.Failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }
}

/// <summary>Saves all flows of the configured database anew.</summary>
internal static class FlowResave
{
    /// <param name="saved">Told about each flow.</param>
    public static async Task<(int Saved, int Failed)> RunAsync(Invocation invocation, Action<string, string> saved)
    {
        await using var server = await EmbeddedServer.StartAsync(invocation.Host, invocation.DatabaseConfiguration(), invocation.Common.ChosenLevel(invocation.Parsed), invocation.CancellationToken);
        using var client = server.CreateClient();
        var (done, failed) = (0, 0);
        foreach (var flow in await FlowListCommand.FindAsync(client, null, invocation.CancellationToken))
        {
            var (ns, id) = (flow.Text("namespace")!, flow.Text("id")!);
            var path = $"/flows/{ApiClient.Segment(ns)}/{ApiClient.Segment(id)}";
            try
            {
                var stored = await client.SendJsonAsync(HttpMethod.Get, path + "?source=true", null, invocation.CancellationToken);
                // The same text would be no change, and thus no revision.
                await client.SendJsonAsync(HttpMethod.Put, path, ApiClient.YamlContent(stored.Text("source") + "\n"), invocation.CancellationToken);
                saved(ns, id);
                done++;
            }
            catch (ApiErrorException error)
            {
                invocation.Terminal.ErrorLine($"Flow {ns}.{id} hasn't been updated: {error.Message.TrimEnd()}", Colour.Red);
                failed++;
            }
        }

        return (done, failed);
    }
}
