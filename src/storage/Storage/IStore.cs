using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Logs;
using Kestra.Storage.Triggers;

namespace Kestra.Storage;

/// <summary>One database with everything that it holds; the composition root opens it and hands out the ports.</summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>Creates or migrates the tables. Idempotent.</summary>
    Task MigrateAsync(CancellationToken cancellationToken);

    /// <summary>Answers when the database can be read and written.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
    IExecutionJournal Journal { get; }
    IHints Hints { get; }
    IWorkerJobStore Jobs { get; }
    IWorkerJobHints JobHints { get; }
    IExecutionRepository Executions { get; }
    IFlowRepository Flows { get; }
    ILogRepository Logs { get; }
    IMetricRepository Metrics { get; }
    ITriggerRepository Triggers { get; }
    IConditionWindowRepository ConditionWindows { get; }
    ISettingRepository Settings { get; }
    IServiceInstanceRepository Services { get; }
}
