using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kestra.Load.Databases;

/// <summary>A PostgreSQL server of the run's own with the settings of a fresh installation: every commit is on the disk when it returns.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly string Binaries = Find();

    private readonly string folder;

    private PostgresCluster(string folder, int port)
    {
        this.folder = folder;
        Port = port;
    }

    public int Port { get; }

    public static async Task<PostgresCluster> StartAsync(string folder)
    {
        if (Binaries.Length == 0)
        {
            throw new InvalidOperationException("There is no PostgreSQL in /usr/lib/postgresql/*/bin. Install it (apt-get install -y postgresql), or name a server with --postgres URL.");
        }

        Directory.CreateDirectory(folder);
        if (Environment.IsPrivilegedProcess)
        {
            await StartProcessAsync("chown", "postgres", folder);
        }

        var cluster = new PostgresCluster(folder, FreePort());
        await RunAsync("initdb", "-D", cluster.Data, "-U", "kestra", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
        var settings = string.Create(CultureInfo.InvariantCulture, $"-p {cluster.Port} -k {folder} -c listen_addresses=127.0.0.1");
        await RunAsync("pg_ctl", "start", "-w", "-s", "-D", cluster.Data, "-l", Path.Combine(folder, "log"), "-o", settings);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-s");
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

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

    private static string Find() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).LastOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb"))) ?? ""
        : "";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
