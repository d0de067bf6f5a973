using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Kestra.Conformance.Beds;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServerEnd))]

namespace Kestra.Conformance.Beds;

/// <summary>
/// A PostgreSQL of the tests' own, in a folder that goes away with them. It starts with the first test that wants it. Its
/// clock is told in another time zone than ours on purpose.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly string Binaries = FindBinaries();

    private static readonly Lazy<Task<PostgresServer>> Running = new(StartAsync);

    private readonly string folder;
    private readonly int port;
    private int lastDatabase;

    private PostgresServer(string folder, int port)
    {
        this.folder = folder;
        this.port = port;
    }

    public static Task<PostgresServer> SharedAsync => Running.Value;

    public static async Task StopAsync()
    {
        if (Running.IsValueCreated && await Task.WhenAny(Running.Value) is { IsCompletedSuccessfully: true })
        {
            await (await Running.Value).DisposeAsync();
        }
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = port, Username = "kestra", Database = database, MaxPoolSize = 20 }.ToString();

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

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(folder))
        {
            await RunAsync("pg_ctl", "stop", "-D", Path.Combine(folder, "data"), "-m", "immediate", "-s");
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<PostgresServer> StartAsync()
    {
        if (Binaries.Length == 0)
        {
            throw new InvalidOperationException("The tests need a PostgreSQL server (15, or another version) and found no initdb in /usr/lib/postgresql/*/bin. Install it: apt-get install -y postgresql");
        }

        var place = Directory.CreateTempSubdirectory("kpg").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await StartProcessAsync("chown", "postgres", place);
        }

        var data = Path.Combine(place, "data");
        await RunAsync("initdb", "-D", data, "-U", "kestra", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        var server = new PostgresServer(place, FreePort());
        var settings = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {server.port} -k {place} -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c timezone=America/New_York");
        await RunAsync("pg_ctl", "start", "-w", "-s", "-D", data, "-l", Path.Combine(place, "log"), "-o", settings);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
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

    // The recordings are of version 15; where it is missing, the newest has to do.
    private static string FindBinaries() => new[] { "/usr/lib/postgresql/15" }
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(static folder => folder.Length).ThenByDescending(static folder => folder, StringComparer.Ordinal) : [])
        .Select(static folder => Path.Combine(folder, "bin"))
        .FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb"))) ?? "";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Ends the server with the tests.</summary>
public sealed class PostgresServerEnd : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await PostgresServer.StopAsync();
}
