using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kestra.Postgres;

/// <summary>
/// A PostgreSQL server of a test's or a measurement's own: user <c>kestra</c> without a password, on the loopback address and on
/// a socket in its folder. The folder goes away with it.
/// </summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    // The recordings are of version 15; where it is missing, the newest has to do.
    private static readonly string? Binaries = new[] { "/usr/lib/postgresql/15" }
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(static folder => folder.Length).ThenByDescending(static folder => folder, StringComparer.Ordinal) : [])
        .Select(static folder => Path.Combine(folder, "bin"))
        .FirstOrDefault(static folder => File.Exists(Path.Combine(folder, "initdb")));

    private readonly string options;

    private PostgresCluster(string folder, IEnumerable<string> settings)
    {
        Folder = folder;
        Port = FreePort();
        options = string.Create(CultureInfo.InvariantCulture, $"-p {Port} -k {folder} -c listen_addresses=127.0.0.1") + string.Concat(settings.Select(static setting => " -c " + setting));
    }

    public string Folder { get; }

    public int Port { get; }

    /// <summary>Why there can't be a server on this machine; null when there can.</summary>
    public static string? Unavailable => Binaries is null ? "There is no PostgreSQL in /usr/lib/postgresql/*/bin. Install it: apt-get install -y postgresql" : null;

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="folder">For its files, a new one; null is a temporary one.</param>
    /// <param name="settings">Of <c>postgresql.conf</c>, as <c>name=value</c>; without any it is as durable as a fresh installation.</param>
    /// <exception cref="InvalidOperationException">There is no PostgreSQL, or it does not start.</exception>
    public static async Task<PostgresCluster> StartAsync(string? folder = null, params string[] settings)
    {
        if (Unavailable is { } reason)
        {
            throw new InvalidOperationException(reason);
        }

        var place = folder is null ? Directory.CreateTempSubdirectory("kestra-pg-").FullName : Directory.CreateDirectory(folder).FullName;
        var cluster = new PostgresCluster(place, settings);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", cluster.Folder]);
        }

        await AsServiceAsync("initdb", "-D", cluster.Data, "-U", "kestra", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await cluster.ResumeAsync();
        return cluster;
    }

    /// <summary>Starts the server after a <see cref="CrashAsync"/>.</summary>
    public Task ResumeAsync() => AsServiceAsync("pg_ctl", "start", "-w", "-s", "-D", Data, "-l", Path.Combine(Folder, "log"), "-o", options);

    /// <summary>As if its machine lost power: nothing is written any more.</summary>
    public Task CrashAsync() => AsServiceAsync("pg_ctl", "stop", "-w", "-s", "-D", Data, "-m", "immediate");

    /// <summary>Runs a program of PostgreSQL against one of its databases.</summary>
    /// <param name="database">Where it connects to.</param>
    /// <param name="input">For its standard input; null is nothing.</param>
    /// <param name="arguments">Further arguments of <c>psql</c>.</param>
    /// <returns>What it printed.</returns>
    public Task<string> PsqlAsync(string database, Stream? input, params string[] arguments) => RunAsync(
        Path.Combine(Binaries!, "psql"),
        ["-h", Folder, "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "kestra", "-d", database, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", .. arguments],
        input);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await CrashAsync();
        }

        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private string Data => Path.Combine(Folder, "data");

    // The server refuses to run as root; Debian's packages bring a user for it.
    private static Task<string> AsServiceAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(Binaries!, program), .. arguments])
        : RunAsync(Path.Combine(Binaries!, program), arguments);

    private static async Task<string> RunAsync(string program, string[] arguments, Stream? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await input.CopyToAsync(process.StandardInput.BaseStream);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}{await output}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
