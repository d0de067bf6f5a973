using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Kestra.Crash.Databases;

/// <summary>
/// A PostgreSQL of the rig's own, in a folder that goes away with it, as durable as one in production. It can be killed, stopped,
/// made to refuse writes, and its connections can be cut.
/// </summary>
internal sealed class PostgresCluster : CrashDatabase
{
    private static readonly string Binaries = FindBinaries();

    private readonly string folder;
    private readonly int port;

    private PostgresCluster(string folder, int port)
    {
        this.folder = folder;
        this.port = port;
    }

    public static async Task<PostgresCluster> StartAsync()
    {
        if (Binaries.Length == 0)
        {
            throw new InvalidOperationException("The rig needs a PostgreSQL server and found no initdb in /usr/lib/postgresql/*/bin. Install it: apt-get install -y postgresql");
        }

        var place = Directory.CreateTempSubdirectory("kcrash-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await StartProcessAsync("chown", "postgres", place);
        }

        var cluster = new PostgresCluster(place, FreePort());
        await RunAsync("initdb", "-D", cluster.Data, "-U", "kestra", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await cluster.ResumeAsync();
        await cluster.ExecuteAsync("postgres", "CREATE DATABASE kestra");
        return cluster;
    }

    public override IReadOnlyList<string> Configuration(string serverFolder) =>
    [
        string.Create(CultureInfo.InvariantCulture, $"datasources.postgres.url: 'jdbc:postgresql://127.0.0.1:{port}/kestra'"),
        "datasources.postgres.username: kestra",
        "datasources.postgres.password: any",
        "datasources.postgres.driver-class-name: org.postgresql.Driver",
        "kestra.repository.type: postgres",
        "kestra.queue.type: postgres",
    ];

    /// <summary>Starts the server, or starts it again.</summary>
    public Task ResumeAsync() => RunAsync(
        "pg_ctl", "start", "-w", "-s", "-D", Data, "-l", Path.Combine(folder, "log"),
        "-o", string.Create(CultureInfo.InvariantCulture, $"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=100"));

    /// <summary>As if its machine lost power: nothing is written any more.</summary>
    public Task CrashAsync() => RunAsync("pg_ctl", "stop", "-w", "-s", "-D", Data, "-m", "immediate");

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
        try
        {
            await CrashAsync();
        }
        catch (InvalidOperationException)
        {
            // It was stopped already.
        }

        Directory.Delete(folder, recursive: true);
        await base.DisposeAsync();
    }

    private string Data => Path.Combine(folder, "data");

    private string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "kestra", Database = database, Pooling = false }.ToString();

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

    // The server refuses to run as root.
    private static Task RunAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? StartProcessAsync("runuser", ["-u", "postgres", "--", Path.Combine(Binaries, program), .. arguments])
        : StartProcessAsync(Path.Combine(Binaries, program), arguments);

    private static async Task StartProcessAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}{await output}");
        }
    }

    private static string FindBinaries() => (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
        .OrderByDescending(static version => version.Length).ThenByDescending(static version => version, StringComparer.Ordinal)
        .Select(static version => Path.Combine(version, "bin"))
        .FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb"))) ?? "";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
