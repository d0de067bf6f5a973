using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Logs;
using Kestra.Storage.Postgres.Schema;
using Kestra.Storage.Triggers;

namespace Kestra.Storage.Postgres;

/// <summary>A PostgreSQL database with Kestra's tables at the level of 1.0, and the engine's in a schema beside them.</summary>
public sealed class PostgresStore : IStore
{
    private readonly PostgresDatabase database;
    private readonly PostgresHints hints;
    private readonly PostgresPresence presence;
    private readonly SchemaMigration migration;

    /// <param name="time">Dates of flows, and waits; leases run out by the database's clock.</param>
    public PostgresStore(PostgresOptions options, TimeProvider time)
    {
        database = new PostgresDatabase(options);
        hints = new PostgresHints(database, options, time);
        migration = new SchemaMigration(database, options, time);
        presence = new PostgresPresence(database);
        Journal = new PostgresExecutionJournal(database, presence);
        Jobs = new PostgresWorkerJobStore(database);
        Executions = new PostgresExecutionRepository(database, time);
        var latest = new LatestFlows(AreFlowsTold, time);
        hints.FlowsChanged = latest.Forget;
        Flows = new PostgresFlowRepository(database, latest, time);
        Logs = new PostgresLogRepository(database);
        Metrics = new PostgresMetricRepository(database);
        Triggers = new PostgresTriggerRepository(database);
        ConditionWindows = new PostgresConditionWindowRepository(database);
        Settings = new PostgresSettingRepository(database);
        Services = new PostgresServiceInstanceRepository(database);
    }

    public IExecutionJournal Journal { get; }
    public IHints Hints => hints;
    public IWorkerJobStore Jobs { get; }
    public IWorkerJobHints JobHints => hints;
    public IExecutionRepository Executions { get; }
    public IFlowRepository Flows { get; }
    public ILogRepository Logs { get; }
    public IMetricRepository Metrics { get; }
    public ITriggerRepository Triggers { get; }
    public IConditionWindowRepository ConditionWindows { get; }
    public ISettingRepository Settings { get; }
    public IServiceInstanceRepository Services { get; }

    /// <summary>Creates what is missing: everything in an empty database, the engine's own tables in one of Kestra 1.0.</summary>
    /// <exception cref="InvalidOperationException">The database is of another level, or not Kestra's; nothing was changed.</exception>
    public Task MigrateAsync(CancellationToken cancellationToken) => migration.RunAsync(cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => database.ExecuteAsync(
        $"INSERT INTO {database.Schema}.health (id, checked) VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET checked = EXCLUDED.checked", [], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await hints.DisposeAsync();
        await presence.DisposeAsync();
        await database.DisposeAsync();
    }

    private bool AreFlowsTold()
    {
        hints.Begin();
        return hints.IsConnected;
    }
}
