using System.CommandLine;
using System.Globalization;
using Kestra.Cli.CommandLine;
using Kestra.Hosting.Configuration;
using Kestra.Model.Flows;

namespace Kestra.Cli.Server;

/// <summary>The options of servers that have all parts.</summary>
internal sealed class ServerOptions
{
    private readonly SkipOptions skip = new();
    private readonly ExecutorChoice choice = new();

    public IReadOnlyList<Option> All =>
        [Port, FlowPath, Tenant, WorkerThreads, .. skip.All, SkipIndexerRecords, NoTutorials, .. choice.All, NoIndexer];

    public Setting<int?> Port { get; } = PortOption();

    public Setting<string?> FlowPath { get; } = Settings.Text("Directory (or file) of flows that are loaded at the start.", "flowPath", "-f", "--flow-path");

    public Setting<string?> Tenant { get; } = Settings.Text("Tenant that the flows of --flow-path are loaded into.", "tenantId", Tenants.Default, ["--tenant"]);

    public Setting<int?> WorkerThreads { get; } = Settings.Integer("Number of tasks that run at the same time; 0 runs no worker. Eight times the number of CPUs by default.", "workerThread", null, "--worker-thread");

    public Setting<string[]> SkipIndexerRecords { get; } = IndexerRecords();

    public Setting<bool> NoTutorials { get; } = Tutorials();

    public Setting<bool> NoIndexer { get; } = Indexer();

    public static Setting<int?> PortOption() => Settings.Integer("Port of UI and API.", "serverPort", null, "--port");

    public static Setting<string[]> Skip(string what, string label, string name) => Settings.List($"List of {what} to skip, separated by commas; for troubleshooting only.", label, $"--skip-{name}", $"--ignore-{name}");

    public static Setting<string[]> IndexerRecords() => Skip("indexer record keys", "skipIndexerRecords", "indexer-records");

    public static Setting<bool> Tutorials() => Settings.Flag("Do not load the getting-started flows.", "--no-tutorials");

    public static Setting<bool> Indexer() => Settings.Flag("Do not start the indexer inside this server.", "--no-indexer");

    public static Setting<string[]> Executors(string description, string label, string name) => Settings.List(description, label, name);

    public static void ForcePort(ConfigurationBuilder builder, int? port)
    {
        if (port is { } number)
        {
            builder.Force("micronaut.server.port", number.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <exception cref="CommandFailureException">Options that this version cannot honour.</exception>
    public void RefuseUnsupported(Invocation invocation)
    {
        choice.Refuse(invocation);
        if (invocation.Get(Tenant) is not (null or "" or Tenants.Default))
        {
            throw new CommandFailureException("Tenant id can only be 'main'");
        }
    }

    public void Force(ConfigurationBuilder builder, Invocation invocation)
    {
        ForcePort(builder, invocation.Get(Port));
        skip.Force(builder, invocation);
        if (invocation.Get(WorkerThreads) is { } threads)
        {
            builder.Force("kestra.worker.max-num-threads", threads.ToString(CultureInfo.InvariantCulture));
        }

        if (invocation.Get(NoTutorials))
        {
            builder.Force("kestra.tutorial-flows.enabled", "false");
        }
    }
}
