using System.Globalization;
using Kestra.Postgres;
using Npgsql;

namespace Kestra.Load.Databases;

/// <summary>A PostgreSQL server: the run's own, or one that is named. The run creates a database there and drops it in the end.</summary>
internal sealed class PostgresBench : BenchDatabase
{
    private readonly PostgresCluster? cluster;
    private readonly NpgsqlConnectionStringBuilder server;
    private readonly NpgsqlDataSource source;
    private readonly string database;
    private readonly string version;
    private readonly ProcessTree processes;

    private PostgresBench(PostgresCluster? cluster, NpgsqlConnectionStringBuilder server, string database, string version, ProcessTree processes)
    {
        this.cluster = cluster;
        this.server = server;
        this.database = database;
        this.version = version;
        this.processes = processes;
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ToString()) { Database = database, MaxPoolSize = 4 });
    }

    public override string Description => $"PostgreSQL {version}, fsync=on, synchronous_commit=on, on the same machine";

    public override string ServerCommand => "standalone";

    /// <param name="url">Of a server on this machine whose role may create databases, as Npgsql reads it; null starts one.</param>
    public static async Task<PostgresBench> StartAsync(string? url, string folder)
    {
        var own = url is null ? await PostgresCluster.StartAsync(folder) : null;
        var address = own is null
            ? new NpgsqlConnectionStringBuilder(url!)
            : new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = own.Port, Username = "kestra", Database = "postgres" };
        var name = "kestra_bench_" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        await using var maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address.ToString()) { Pooling = false });
        await using (var create = maintenance.CreateCommand($"CREATE DATABASE {name}"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await using var ask = maintenance.CreateCommand("SELECT current_setting('server_version'), current_setting('fsync'), current_setting('synchronous_commit'), (SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer')");
        await using var row = await ask.ExecuteReaderAsync();
        await row.ReadAsync();
        if (row.GetString(1) != "on" || row.GetString(2) != "on")
        {
            throw new InvalidOperationException("The PostgreSQL server does not make commits durable (fsync or synchronous_commit is off), so its figures would mean nothing.");
        }

        return new PostgresBench(own, address, name, row.GetString(0), ProcessTree.OfParent(row.GetInt32(3)));
    }

    public override IReadOnlyDictionary<string, string> Configuration(string folder) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["kestra.queue.type"] = "postgres",
        ["kestra.repository.type"] = "postgres",
        ["kestra.storage.type"] = "local",
        ["kestra.storage.local.base-path"] = Path.Combine(folder, "storage"),
        ["datasources.postgres.url"] = string.Create(CultureInfo.InvariantCulture, $"jdbc:postgresql://{server.Host}:{server.Port}/{database}"),
        ["datasources.postgres.username"] = server.Username ?? "",
        ["datasources.postgres.password"] = server.Password ?? "",
    };

    public override Task<CommitFloor> MeasureFloorAsync(TimeSpan duration) => PostgresFloor.MeasureAsync(source, duration);

    public override async Task<DatabaseWork?> ReadWorkAsync()
    {
        // A connection hands its counters over once it has been idle for ten seconds, if it did so just before.
        await Task.Delay(11_000);
        await using var command = source.CreateCommand(
            """
            SELECT xact_commit + xact_rollback, (SELECT wal_bytes::bigint FROM pg_stat_wal) FROM pg_stat_database WHERE datname = current_database();
            SELECT schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables
            """);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var (transactions, walBytes) = (row.GetInt64(0), row.GetInt64(1));
        await row.NextResultAsync();
        var writes = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await row.ReadAsync())
        {
            writes.Add(row.GetString(0), row.GetInt64(1));
        }

        return new DatabaseWork(transactions, writes, walBytes, processes.Processor);
    }

    public override async Task<long> ReadSizeAsync()
    {
        await using var command = source.CreateCommand("SELECT pg_database_size(current_database())");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public override Task<long> MultiplyExecutionsAsync(int wanted) => PostgresCopies.MultiplyAsync(source, wanted);

    public override async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
            return;
        }

        await using var maintenance = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server.ToString()) { Pooling = false });
        await using var drop = maintenance.CreateCommand($"DROP DATABASE {database} WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();
    }
}
