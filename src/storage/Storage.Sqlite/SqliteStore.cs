using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Logs;
using Kestra.Storage.Triggers;
using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

/// <summary>The embedded database: one file beside which nothing has to run.</summary>
public sealed class SqliteStore : IStore
{
    private readonly SqliteDatabase database;
    private readonly Hints hints = new();
    private readonly WorkerJobHints jobHints = new();
    private readonly string file;

    /// <param name="time">The clock by which leases run out.</param>
    public SqliteStore(SqliteOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        file = options.Path;
        database = new SqliteDatabase(options);
        Journal = new SqliteExecutionJournal(database, hints, jobHints, time);
        Jobs = new SqliteWorkerJobStore(database, jobHints, time);
        Executions = new SqliteExecutionRepository(database, time);
        Flows = new SqliteFlowRepository(database, time);
        Logs = new SqliteLogRepository(database);
        Metrics = new SqliteMetricRepository(database);
        Triggers = new SqliteTriggerRepository(database);
        ConditionWindows = new SqliteConditionWindowRepository(database);
        Settings = new SqliteSettingRepository(database);
        Services = new SqliteServiceInstanceRepository(database);
    }

    public IExecutionJournal Journal { get; }
    public IHints Hints => hints;
    public IWorkerJobStore Jobs { get; }
    public IWorkerJobHints JobHints => jobHints;
    public IExecutionRepository Executions { get; }
    public IFlowRepository Flows { get; }
    public ILogRepository Logs { get; }
    public IMetricRepository Metrics { get; }
    public ITriggerRepository Triggers { get; }
    public IConditionWindowRepository ConditionWindows { get; }
    public ISettingRepository Settings { get; }
    public IServiceInstanceRepository Services { get; }

    /// <exception cref="StoreIncompatibleException">The file is of a newer version, damaged, or no database at all.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.WriteAsync(Migrate, cancellationToken);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is SQLitePCL.raw.SQLITE_NOTADB or SQLitePCL.raw.SQLITE_CORRUPT)
        {
            throw new StoreIncompatibleException($"The file '{file}' is damaged, or is no database: {failure.Message} Restore a backup of it, or use another folder.", failure);
        }
    }

    private static void Migrate(Session session)
    {
        var version = session.Single("PRAGMA user_version", reader => reader.GetInt32(0));
        if (version > Schema.Steps.Count)
        {
            throw new StoreIncompatibleException($"The database has version {version}, which is newer than this program's {Schema.Steps.Count}. Use the newer program, or restore the backup made before the upgrade.");
        }

        for (var step = version; step < Schema.Steps.Count; step++)
        {
            session.Run(Schema.Steps[step]);
            session.Run($"PRAGMA user_version = {(step + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        }
    }

    public async Task CheckAsync(CancellationToken cancellationToken) => await database.WriteAsync(
        session => session.Run("INSERT INTO setting (key, value) VALUES ('kestra.health', '') ON CONFLICT (key) DO UPDATE SET value = ''"),
        cancellationToken);

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
