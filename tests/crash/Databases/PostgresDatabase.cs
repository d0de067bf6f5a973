using System.Globalization;
using Kestra.Postgres;
using Npgsql;

namespace Kestra.Crash.Databases;

/// <summary>
/// A PostgreSQL of the rig's own, as durable as one in production. It can be killed, made to refuse writes, and its connections
/// can be cut.
/// </summary>
internal sealed class PostgresDatabase : CrashDatabase
{
    private readonly PostgresCluster cluster;

    private PostgresDatabase(PostgresCluster cluster) => this.cluster = cluster;

    public static async Task<PostgresDatabase> StartAsync()
    {
        var database = new PostgresDatabase(await PostgresCluster.StartAsync());
        await database.ExecuteAsync("postgres", "CREATE DATABASE kestra");
        return database;
    }

    public override IReadOnlyList<string> Configuration(string serverFolder) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"datasources.postgres.url: 'jdbc:postgresql://127.0.0.1:{cluster.Port}/kestra'"),
        "datasources.postgres.username: kestra",
        "datasources.postgres.password: any",
        "datasources.postgres.driver-class-name: org.postgresql.Driver",
        "kestra.repository.type: postgres",
        "kestra.queue.type: postgres",
    ];

    /// <inheritdoc cref="PostgresCluster.ResumeAsync"/>
    public Task ResumeAsync() => cluster.ResumeAsync();

    /// <inheritdoc cref="PostgresCluster.CrashAsync"/>
    public Task CrashAsync() => cluster.CrashAsync();

    /// <summary>Ends every connection of the product.</summary>
    public Task CutAsync() => ExecuteAsync("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'kestra'");

    /// <summary>Refuses writes, as a standby does, or takes them again. Holds for connections that are opened from now on, so all are cut.</summary>
    public async Task ReadOnlyAsync(bool isOn)
    {
        await ExecuteAsync("postgres", $"ALTER DATABASE kestra SET default_transaction_read_only = {(isOn ? "on" : "off")}");
        await CutAsync();
    }

    public override async Task<IReadOnlyList<string>> WorkingRowsAsync(string serverFolder)
    {
        var left = new List<string>();
        await using var source = NpgsqlDataSource.Create(ConnectionString("kestra"));
        await using var connection = await source.OpenConnectionAsync();
        var tables = await ColumnAsync(connection, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'kestra_engine'");
        foreach (var table in WorkingTables.Where(tables.Contains))
        {
            var rows = await ColumnAsync(connection, $"SELECT to_jsonb(row)::text FROM kestra_engine.{table} AS row LIMIT 100");
            if (rows.Count > 0)
            {
                left.Add($"{rows.Count} rows left in {table}, for example {rows[0]}");
            }
        }

        return left;
    }

    public override async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await base.DisposeAsync();
    }

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = cluster.Port, Username = "kestra", Database = database, Pooling = false }.ToString();

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The texts are those above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
