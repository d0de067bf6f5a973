using System.Diagnostics;

namespace Kestra.Samples;

/// <summary>A PostgreSQL server of its own in a temporary folder, reached by a socket there.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>The server refuses to run as root; Debian's packages bring a user for it.</summary>
    private const string ServiceUser = "postgres";

    private static readonly string? Programs = Find();

    private readonly string folder;

    private PrivatePostgres(string folder) => this.folder = folder;

    /// <summary>Why there is no server on this machine; null when there can be one.</summary>
    public static string? Unavailable => Programs is null ? "PostgreSQL is not installed (apt-get install postgresql)." : null;

    public string Url => $"postgresql://{ServiceUser}@/postgres?host={folder}";

    public static async Task<PrivatePostgres> StartAsync()
    {
        var postgres = new PrivatePostgres(Directory.CreateTempSubdirectory("kestra-pg-").FullName);
        var data = Path.Combine(postgres.folder, "data");
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", [ServiceUser, postgres.folder]);
        }

        await AsServiceAsync(Path.Combine(Programs!, "initdb"), ["--pgdata", data, "--username", ServiceUser, "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--no-locale"]);
        await AsServiceAsync(Path.Combine(Programs!, "pg_ctl"), ["--pgdata", data, "--wait", "--log", Path.Combine(postgres.folder, "log"), "--options", $"-c listen_addresses= -c unix_socket_directories={postgres.folder} -c fsync=off -c max_connections=20", "start"]);
        return postgres;
    }

    public Task LoadAsync(Stream sql) => RunAsync(Path.Combine(Programs!, "psql"), [Url, "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null"], sql);

    public async Task<string> QueryAsync(string sql) => (await RunAsync(Path.Combine(Programs!, "psql"), [Url, "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql])).Trim();

    public async ValueTask DisposeAsync()
    {
        await AsServiceAsync(Path.Combine(Programs!, "pg_ctl"), ["--pgdata", Path.Combine(folder, "data"), "--mode", "immediate", "--wait", "stop"]);
        Directory.Delete(folder, recursive: true);
    }

    private static string? Find() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).LastOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "psql")))
        : null;

    private static Task AsServiceAsync(string program, string[] arguments) =>
        Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", ServiceUser, "--", program, .. arguments]) : RunAsync(program, arguments);

    private static async Task<string> RunAsync(string program, string[] arguments, Stream? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await input.CopyToAsync(process.StandardInput.BaseStream);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        // The server that pg_ctl starts keeps its standard output open unless it has a log file, which it has.
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
    }
}
