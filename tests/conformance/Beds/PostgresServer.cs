using System.Globalization;
using Kestra.Conformance.Beds;
using Kestra.Postgres;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServerEnd))]

namespace Kestra.Conformance.Beds;

/// <summary>
/// A PostgreSQL of the tests' own that goes away with them. It starts with the first test that wants it. Its
/// clock is told in another time zone than ours on purpose.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Running = new(StartAsync);

    private readonly PostgresCluster cluster;
    private int lastDatabase;

    private PostgresServer(PostgresCluster cluster) => this.cluster = cluster;

    public static Task<PostgresServer> SharedAsync => Running.Value;

    public static async Task StopAsync()
    {
        if (Running.IsValueCreated && await Task.WhenAny(Running.Value) is { IsCompletedSuccessfully: true })
        {
            await (await Running.Value).DisposeAsync();
        }
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = cluster.Port, Username = "kestra", Database = database, MaxPoolSize = 20 }.ToString();

    /// <summary>A new, empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "test" + Interlocked.Increment(ref lastDatabase).ToString(CultureInfo.InvariantCulture);
        await ExecuteAsync(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private static async Task<PostgresServer> StartAsync()
    {
        var started = await PostgresCluster.StartAsync(null, "max_connections=300", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "timezone=America/New_York");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => started.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return new PostgresServer(started);
    }
}

/// <summary>Ends the server with the tests.</summary>
public sealed class PostgresServerEnd : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await PostgresServer.StopAsync();
}
