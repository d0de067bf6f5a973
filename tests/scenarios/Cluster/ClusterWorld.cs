using System.Globalization;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Logging;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;
using Kestra.Storage;
using Kestra.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios.Cluster;

/// <summary>Several servers on one database in memory, each composed as its command does, on one clock.</summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    private readonly MemoryDatabase database = new(16);
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-cluster-").FullName;
    private readonly List<ClusterProcess> processes = [];
    private readonly Dictionary<string, int> revisions = new(StringComparer.Ordinal);

    public PumpedTime Time { get; } = new();

    /// <summary>The store, which no process has severed.</summary>
    public IStore Store => field ??= new MemoryStore(database, Time);

    /// <summary>What triggers of this test watch.</summary>
    public WatchSource Source { get; } = new();

    public async Task<ClusterProcess> StartAsync(ServerType type, ServerParts parts, params (string Key, string Value)[] settings)
    {
        var builder = new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal))
            .Force("kestra.queue.type", "postgres")
            .Force("kestra.repository.type", "postgres")
            .Force("kestra.storage.type", "local")
            .Force("kestra.storage.local.base-path", folder)
            .Force("datasources.postgres.url", "jdbc:postgresql://localhost:1/in-memory-instead")
            .Force("kestra.tasks.tmp-dir.path", Path.Combine(folder, "runs"))
            .Force("kestra.server.termination-grace-period", "PT5S");
        foreach (var (key, value) in settings)
        {
            builder.Force(key, value);
        }

        var configuration = builder.Build();
        var store = new FailingStore(new MemoryStore(database, Time));
        var server = KestraServer.Create(configuration, type, parts, LogLevels.Read(configuration, null), services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton(store.Store);
            services.AddSingleton<IPluginCatalog>(static _ => new PluginCatalog(typeof(LogTask).Assembly, typeof(WatchSource).Assembly));
        });
        var process = new ClusterProcess(server, store, this);
        processes.Add(process);
        await Time.WhileAsync(server.StartAsync(TestContext.Current.CancellationToken), $"the {type} starts");
        return process;
    }

    public Task<ClusterProcess> StartExecutorAsync(params (string Key, string Value)[] settings) => StartAsync(ServerType.Executor, ServerParts.Executor, settings);

    public Task<ClusterProcess> StartSchedulerAsync(params (string Key, string Value)[] settings) => StartAsync(ServerType.Scheduler, ServerParts.Scheduler, settings);

    public Task<ClusterProcess> StartWorkerAsync(params (string Key, string Value)[] settings) => StartAsync(ServerType.Worker, ServerParts.Worker, settings);

    /// <summary>Stores a flow, as the API of one process does, and tells the scheduler.</summary>
    public async Task<Flow> SaveAsync(ClusterProcess process, string source, bool deleted = false)
    {
        var saved = await ScenarioServer.StoreAsync(process.Services, source, Last(source), deleted, TestContext.Current.CancellationToken);
        revisions[saved.Id] = saved.Revision!.Value;
        await Time.WhileAsync(process.Services.GetRequiredService<ITriggerControl>().FlowChangedAsync(saved.TenantId, saved.Namespace, saved.Id, TestContext.Current.CancellationToken), "the scheduler takes the flow");
        return saved;
    }

    public IReadOnlyList<Execution> Executions()
    {
        var found = Store.Executions.SearchAsync(Tenants.Default, [], new Storage.Queries.PageRequest(1, 10_000), CancellationToken.None);
        found.IsCompleted.ShouldBeTrue("memory answers at once");
        return [.. found.Result.Results.Select(static document => ModelJson.ReadExecution(document.Span))];
    }

    public IReadOnlyList<Execution> Ended() => [.. Executions().Where(static execution => execution.State.Current.IsTerminated)];

    public Trigger? Row(string flow = "watched", string trigger = "watch") => Store.Triggers.FindAsync(Tenants.Default, "company.team", flow, trigger, CancellationToken.None).Result;

    public string Watching(string type, string more = "", string flow = "watched", string format = "{{ trigger.number }}") => string.Create(CultureInfo.InvariantCulture, $$$"""
        id: {{{flow}}}
        namespace: company.team
        triggers:
          - id: watch
            type: io.kestra.scenarios.{{{type}}}
            source: {{{Source.Id}}}
        {{{more}}}
        tasks:
          - id: say
            type: io.kestra.plugin.core.debug.Return
            format: "{{{format}}}"
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(processes))
        {
            await process.DisposeAsync();
        }

        Source.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private int? Last(string source) => revisions.TryGetValue(source.Split('\n')[0]["id: ".Length..].Trim(), out var revision) ? revision : null;
}

/// <summary>One process of a <see cref="ClusterWorld"/>.</summary>
internal sealed class ClusterProcess(KestraServer server, FailingStore store, ClusterWorld world) : IAsyncDisposable
{
    private bool hasStopped;

    public IServiceProvider Services => server.Services;

    /// <summary>Its way to the database.</summary>
    public FailingStore Link => store;

    public async Task StopAsync()
    {
        hasStopped = true;
        await world.Time.WhileAsync(server.StopAsync(CancellationToken.None), "a server stops");
    }

    public async ValueTask DisposeAsync()
    {
        if (!hasStopped)
        {
            store.Mend();
            await StopAsync();
        }

        await server.DisposeAsync();
    }
}
