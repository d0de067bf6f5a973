using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Logs;
using Kestra.Storage.Triggers;

namespace Kestra.Storage.Memory;

/// <summary>The reference of what a store does, without a database. For tests: nothing is indexed, and nothing outlives the process.</summary>
public sealed class MemoryStore : IStore
{
    /// <param name="time">The clock by which leases run out.</param>
    public MemoryStore(MemoryDatabase database, TimeProvider time)
    {
        Journal = new MemoryExecutionJournal(database, time);
        Executions = new MemoryExecutionRepository(database);
        Flows = new MemoryFlowRepository(database, time);
        Logs = new MemoryLogRepository(database);
        Metrics = new MemoryMetricRepository(database);
        Triggers = new MemoryTriggerRepository(database);
        ConditionWindows = new MemoryConditionWindowRepository(database);
        Settings = new MemorySettingRepository(database);
        Services = new MemoryServiceInstanceRepository(database);
        Hints = database.Hints;
        Jobs = new MemoryWorkerJobStore(database, time);
        JobHints = database.JobHints;
    }

    public IExecutionJournal Journal { get; }
    public IHints Hints { get; }
    public IWorkerJobStore Jobs { get; }
    public IWorkerJobHints JobHints { get; }
    public IExecutionRepository Executions { get; }
    public IFlowRepository Flows { get; }
    public ILogRepository Logs { get; }
    public IMetricRepository Metrics { get; }
    public ITriggerRepository Triggers { get; }
    public IConditionWindowRepository ConditionWindows { get; }
    public ISettingRepository Settings { get; }
    public IServiceInstanceRepository Services { get; }

    public Task MigrateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
