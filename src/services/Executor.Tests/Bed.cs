using Kestra.Cli.Composition;
using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Logging;
using Kestra.Hosting.Maintenance;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NodaTime;

namespace Kestra.Executor.Tests;

/// <summary>Executor and worker of a server on a database in memory that fails as planned.</summary>
internal sealed class Bed : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KestraServer server;
    private readonly string folder;
    private readonly Dictionary<string, Flow> flows = new(StringComparer.Ordinal);

    private Bed(KestraServer server, string folder, MemoryDatabase database, FaultPlan plan, FaultyStore store)
    {
        this.server = server;
        this.folder = folder;
        Database = database;
        Plan = plan;
        Store = store;
    }

    public MemoryDatabase Database { get; }

    public FaultPlan Plan { get; }

    public FaultyStore Store { get; }

    public ExecutorService Executor => server.Services.GetRequiredService<ExecutorService>();

    public MaintenanceMode Maintenance => server.Services.GetRequiredService<MaintenanceMode>();

    public static async Task<Bed> StartAsync(IEnumerable<string> sources, TimeSpan? callerPatience = null)
    {
        var place = Directory.CreateTempSubdirectory("kestra-executor-").FullName;
        var configuration = new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal))
            .ForceLocal(place)
            .Force("kestra.tasks.tmp-dir.path", Path.Combine(place, "runs"))
            .Force("kestra.server.termination-grace-period", "PT1S")
            .Build();
        var (database, plan) = (new MemoryDatabase(), new FaultPlan());
        var store = new FaultyStore(new MemoryStore(database, TimeProvider.System), plan);
        var created = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Executor | ServerParts.Worker, LogLevels.Read(configuration, null), services =>
        {
            services.Replace(ServiceDescriptor.Singleton(store.Store));
            services.Configure<ExecutorOptions>(options =>
            {
                options.RecoveryDelay = TimeSpan.FromMilliseconds(1);
                options.RecoveryDelayMaximum = TimeSpan.FromMilliseconds(5);
                options.CallerPatience = callerPatience ?? Patience;
            });
        });
        await created.StartAsync(TestContext.Current.CancellationToken);
        var bed = new Bed(created, place, database, plan, store);
        foreach (var source in sources)
        {
            await bed.SaveAsync(source);
        }

        return bed;
    }

    public Task<CommandOutcome> SubmitAsync(string executionId, Command command) =>
        server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, executionId, command), TestContext.Current.CancellationToken).WaitAsync(Patience);

    public Task<CommandOutcome> CreateAsync(string flowId, string id, params IReadOnlyList<Label> labels) =>
        SubmitAsync(id, new Command.Create(Build(flowId, id, labels)));

    /// <summary>An execution in memory that nobody has started.</summary>
    public ActiveExecution Restore(string flowId, string id, int partition)
    {
        var program = FlowProgram.Compile(flows[flowId], server.Services.GetRequiredService<EngineEnvironment>());
        return new ActiveExecution(ExecutionState.Restore(Build(flowId, id, []), [], program), program, partition);
    }

    /// <summary>Waits for an execution that somebody else begins.</summary>
    public async Task UntilThereAsync(string id)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await FindAsync(id) is null)
        {
            await Task.Delay(10, limit.Token);
        }
    }

    public async Task<Execution> EndAsync(string id)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, limit.Token);
        }
        catch (OperationCanceledException late)
        {
            var now = await FindAsync(id);
            throw new TimeoutException($"{now?.FlowId} {id} is still {now?.State.Current}: {string.Join(", ", (now?.TaskRunList ?? []).Select(static run => $"{run.TaskId} {run.State.Current}"))}; executor: {Executor.Unhealthy ?? "well"}", late);
        }
    }

    public async Task<Execution> UntilAsync(string id, Func<Execution, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await foreach (var execution in server.Services.GetRequiredService<IExecutionFollow>().FollowAsync(Tenants.Default, id, limit.Token))
        {
            if (wanted(execution))
            {
                return execution;
            }
        }

        throw new InvalidOperationException($"Execution {id} was never as wanted.");
    }

    public Task<Execution?> FindAsync(string id) => server.Services.GetRequiredService<IExecutionReader>().FindAsync(Tenants.Default, id, TestContext.Current.CancellationToken);

    /// <summary>What the log of an execution says, in order.</summary>
    public async Task<IReadOnlyList<string>> LogOfAsync(string id) =>
        [.. (await Store.Store.Logs.ReadExecutionAsync(Tenants.Default, id, new Storage.Logs.LogQuery(), 0, 1000, TestContext.Current.CancellationToken)).Select(static entry => entry.Entry.Message)];

    /// <summary>Stops the server in order.</summary>
    /// <returns>What its database then holds of the partition.</returns>
    public async Task<PartitionContents> StopAsync()
    {
        await server.StopAsync(CancellationToken.None);
        return await StoredAsync();
    }

    /// <summary>What the database holds of the partition now.</summary>
    public Task<PartitionContents> StoredAsync() =>
        new MemoryStore(Database, TimeProvider.System).Journal.LoadAsync(new PartitionLease(0, "", 0), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Plan.Disarm();
        await server.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private Execution Build(string flowId, string id, IReadOnlyList<Label> labels) =>
        NewExecution.Build(flows[flowId], id, null, labels, null, null, null, SystemClock.Instance.GetCurrentInstant());

    private async Task SaveAsync(string source)
    {
        var reading = server.Services.GetRequiredService<FlowReader>().Read(source, Tenants.Default);
        reading.IsValid.ShouldBeTrue(reading.Constraints);
        var flow = DefinitionReader.ReadFlow(reading.Raw!, Tenants.Default, []) with { Source = source };
        var saved = await Store.Store.Flows.SaveAsync(
            new NewFlowRevision(flow.TenantId, flow.Namespace, flow.Id, Deleted: false, flow.Disabled, flow.Labels ?? [], source, revision => FlowJson.Document(flow with { Revision = revision }, reading.Raw!)),
            expectedLast: null,
            TestContext.Current.CancellationToken);
        flows[flow.Id] = reading.Flow! with { Revision = saved.Revision };
    }
}
