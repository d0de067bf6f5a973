using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kestra.Crash.Databases;

namespace Kestra.Crash.Servers;

/// <summary>The product as a process of its own that can be killed or frozen at any moment and started again.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string User = "crash@kestra.local";
    public const string Password = "Crash1234";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly CrashDatabase database;
    private readonly string folder;
    private readonly int managementPort = FreePort();
    private readonly StringBuilder output = new();
    private Process? process;

    /// <param name="folder">Where it keeps its files; those of one database share it.</param>
    public ServerProcess(CrashDatabase database, string folder)
    {
        this.database = database;
        this.folder = folder;
        Directory.CreateDirectory(folder);
        Port = FreePort();
    }

    public int Port { get; }

    /// <summary>It has been started and has not ended.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                return process is { HasExited: false };
            }
            catch (InvalidOperationException)
            {
                // It was killed and let go of while we looked.
                return false;
            }
        }
    }

    /// <summary>The end of what the server has printed, for the message of a failed test.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Seconds after which another server may take over; null is the product as it is.</summary>
    public int? Lease { get; init; }

    /// <summary>Starts the product, without waiting for it.</summary>
    public void Start() => Start(Lease is null ? ["kestra.dll", "server", "standalone", "--no-tutorials"] : Armed("none", 0));

    /// <summary>Starts the server that kills itself at a named point.</summary>
    /// <param name="hit">Which time that the point is reached, from 1.</param>
    public void StartArmed(string point, int hit) =>
        Start(Armed(point, hit));

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        if (process is not null)
        {
            process.Kill();
            process.WaitForExit();
            Forget();
        }
    }

    /// <summary>SIGSTOP: it does nothing until it is thawed, and does not know that time passes.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>SIGTERM, and waits for the drain.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await ExitAsync();
    }

    /// <summary>Asks it to end.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <summary>Waits for the process to end.</summary>
    public async Task ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process!.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The server does not end:\n{Output}", late);
        }

        Forget();
    }

    /// <summary>Waits until the process has killed itself at its point.</summary>
    public async Task CrashedAsync(string point)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process!.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The point {point} was never reached:\n{Output}", late);
        }

        process.ExitCode.ShouldBe(128 + 9, $"the server ended before it reached {point}:\n{Output}");
        Forget();
    }

    /// <summary>What the health endpoint says.</summary>
    public async Task<(HttpStatusCode Status, string Body)> HealthAsync()
    {
        using var client = new HttpClient { Timeout = Patience };
        using var answer = await client.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{managementPort}/health")));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public ValueTask DisposeAsync()
    {
        if (IsAlive)
        {
            Kill();
        }

        return ValueTask.CompletedTask;
    }

    private string[] Armed(string point, int hit) =>
        ["Kestra.Crash.dll", "serve", point, hit.ToString(CultureInfo.InvariantCulture), (Lease ?? 10).ToString(CultureInfo.InvariantCulture)];

    private void Start(IReadOnlyList<string> arguments)
    {
        Forget();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, arguments[0]), .. arguments.Skip(1)])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KESTRA_CONFIGURATION"] = Configuration();
        process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private string Configuration() => string.Join('\n', [
        .. database.Configuration(folder),
        "kestra.storage.type: local",
        $"kestra.storage.local.base-path: {folder}/data",
        $"kestra.tasks.tmp-dir.path: {folder}/runs",
        $"kestra.server.basic-auth.username: {User}",
        $"kestra.server.basic-auth.password: {Password}",
        "kestra.server.termination-grace-period: PT10S",
        string.Create(CultureInfo.InvariantCulture, $"micronaut.server.port: {Port}"),
        string.Create(CultureInfo.InvariantCulture, $"endpoints.all.port: {managementPort}"),
    ]);

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private void Forget()
    {
        process?.Dispose();
        process = null;
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            if (line is not null)
            {
                output.AppendLine(line);
                if (output.Length > 64 * 1024)
                {
                    output.Remove(0, 16 * 1024);
                }
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
