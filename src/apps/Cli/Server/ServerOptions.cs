using System.CommandLine;
using System.Globalization;
using Kestra.Cli.CommandLine;
using Kestra.Hosting.Configuration;
using Kestra.Model.Flows;

namespace Kestra.Cli.Server;

/// <summary>The options of server commands.</summary>
internal sealed class ServerOptions
{
    public IReadOnlyList<Option> All =>
        [Port, FlowPath, Tenant, WorkerThreads, SkipExecutions, SkipFlows, SkipNamespaces, SkipTenants, SkipIndexerRecords, NoTutorials, StartExecutors, NotStartExecutors, NoIndexer];

    public Setting<int?> Port { get; } = PortOption();

    public Setting<string?> FlowPath { get; } = Settings.Text("Directory (or file) of flows that are loaded at the start.", "flowPath", "-f", "--flow-path");

    public Setting<string?> Tenant { get; } = Settings.Text("Tenant that the flows of --flow-path are loaded into.", "tenantId", Tenants.Default, ["--tenant"]);

    public Setting<int?> WorkerThreads { get; } = Settings.Integer("Number of tasks that run at the same time; 0 runs no worker. Eight times the number of CPUs by default.", "workerThread", null, "--worker-thread");

    public Setting<string[]> SkipExecutions { get; } = Skip("execution identifiers", "skipExecutions", "executions");

    public Setting<string[]> SkipFlows { get; } = Skip("flow identifiers (tenant|namespace|flowId)", "skipFlows", "flows");

    public Setting<string[]> SkipNamespaces { get; } = Skip("namespace identifiers (tenant|namespace)", "skipNamespaces", "namespaces");

    public Setting<string[]> SkipTenants { get; } = Skip("tenants", "skipTenants", "tenants");

    public Setting<string[]> SkipIndexerRecords { get; } = IndexerRecords();

    public Setting<bool> NoTutorials { get; } = Tutorials();

    public Setting<string[]> StartExecutors { get; } = Executors("Kafka Stream executors to start; only for a Kafka queue.", "startExecutors", "--start-executors");

    public Setting<string[]> NotStartExecutors { get; } = Executors("Kafka Stream executors not to start; only for a Kafka queue.", "notStartExecutors", "--not-start-executors");

    public Setting<bool> NoIndexer { get; } = Indexer();

    public static Setting<int?> PortOption() => Settings.Integer("Port of UI and API.", "serverPort", null, "--port");

    public static Setting<string[]> Skip(string what, string label, string name) => Settings.List($"List of {what} to skip, separated by commas; for troubleshooting only.", label, $"--skip-{name}", $"--ignore-{name}");

    public static Setting<string[]> IndexerRecords() => Skip("indexer record keys", "skipIndexerRecords", "indexer-records");

    public static Setting<bool> Tutorials() => Settings.Flag("Do not load the getting-started flows.", "--no-tutorials");

    public static Setting<bool> Indexer() => Settings.Flag("Do not start the indexer inside this server.", "--no-indexer");

    public static Setting<string[]> Executors(string description, string label, string name) => Settings.List(description, label, name);

    /// <exception cref="CommandFailureException">Options that this version cannot honour.</exception>
    public void RefuseUnsupported(Invocation invocation)
    {
        if (invocation.Get(StartExecutors).Length > 0 && invocation.Get(NotStartExecutors).Length > 0)
        {
            throw new CommandFailureException("You cannot use both '--start-executors' and '--not-start-executors' options");
        }

        if (invocation.Get(StartExecutors).Length > 0 || invocation.Get(NotStartExecutors).Length > 0)
        {
            throw new CommandFailureException("Options '--start-executors' and '--not-start-executors' can only be used with kestra.queue.type=kafka");
        }

        if (invocation.Get(Tenant) is not (null or "" or Tenants.Default))
        {
            throw new CommandFailureException("Tenant id can only be 'main'");
        }

        // Skipping silently nothing would be worse than not to start: these options are given when something is on fire.
        foreach (var option in (ReadOnlySpan<Setting<string[]>>)[SkipExecutions, SkipFlows, SkipNamespaces, SkipTenants])
        {
            if (invocation.Get(option).Length > 0)
            {
                throw new CommandFailureException($"The option '{option.Name}' is not available in this version. To stop an execution that does harm, start the server and kill it (`kestra execution kill ID`); to stop a flow, disable it.");
            }
        }
    }

    public void Force(ConfigurationBuilder builder, Invocation invocation)
    {
        if (invocation.Get(Port) is { } port)
        {
            builder.Force("micronaut.server.port", port.ToString(CultureInfo.InvariantCulture));
        }

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
