using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kestra.Load.Databases;

namespace Kestra.Load.Servers;

/// <summary>The product as a process of its own, in a folder of its own.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private const string User = "bench@kestra.local";
    private const string Password = "Bench1234";

    private readonly string program;
    private readonly string folder;
    private readonly BenchDatabase database;
    private readonly StringBuilder output = new();
    private Process? process;

    public ServerUnderTest(string program, string folder, BenchDatabase database)
    {
        this.program = program;
        this.folder = folder;
        this.database = database;
        Directory.CreateDirectory(folder);
        Client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 2_000, PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}/"),
            Timeout = TimeSpan.FromMinutes(5),
        };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    public int Port { get; } = FreePort();

    public HttpClient Client { get; }

    /// <summary>Resident memory in MiB, from the kernel.</summary>
    public double ResidentMebibytes => Status("VmRSS:") / 1024.0;

    /// <summary>The most memory that was resident since the start, in MiB.</summary>
    public double PeakMebibytes => Status("VmHWM:") / 1024.0;

    /// <summary>Files, sockets and the like that it has open.</summary>
    public int Handles => Directory.GetFiles($"/proc/{process!.Id.ToString(CultureInfo.InvariantCulture)}/fd").Length;

    public int Threads => (int)Status("Threads:");

    /// <summary>Processor time used so far.</summary>
    public TimeSpan Processor
    {
        get
        {
            process!.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <returns>From the start of the process to the first answer with status 200.</returns>
    public async Task<TimeSpan> StartAsync()
    {
        var began = Stopwatch.GetTimestamp();
        Launch();
        await AnswerAsync();
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Starts the process and does not wait for it.</summary>
    public void Launch()
    {
        var start = new ProcessStartInfo("dotnet", [program, "server", database.ServerCommand, "--port", Port.ToString(CultureInfo.InvariantCulture), "--no-tutorials"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KESTRA_CONFIGURATION"] = Configuration();
        process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        output.Clear();
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Waits for the first answer with status 200.</summary>
    public async Task AnswerAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (process!.HasExited || Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(2))
            {
                throw new InvalidOperationException($"The server did not come up:\n{output}");
            }

            await Task.Delay(2);
        }
    }

    public void Kill()
    {
        process?.Kill(entireProcessTree: true);
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, and waits for the drain.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public async Task PutFlowAsync(string source)
    {
        using var content = new StringContent(source, Encoding.UTF8, "application/x-yaml");
        using var response = await Client.PostAsync(new Uri("api/v1/main/flows", UriKind.Relative), content);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"The flow was refused: {await response.Content.ReadAsStringAsync()}");
        }
    }

    /// <summary>Starts an execution and waits until it is durable, not for its end.</summary>
    /// <returns>It was accepted.</returns>
    public async Task<bool> BeginAsync(string flowNamespace, string flow)
    {
        using var response = await Client.PostAsync(new Uri($"api/v1/main/executions/{flowNamespace}/{flow}", UriKind.Relative), null);
        await response.Content.CopyToAsync(Stream.Null);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Starts an execution and waits for its durable end.</summary>
    public async Task<bool> RunAsync(string flow) => await TryRunAsync(flow) == RunOutcome.Succeeded;

    /// <summary>Starts an execution and waits for its durable end, or for the refusal of a server that has too much to do.</summary>
    public async Task<RunOutcome> TryRunAsync(string flow)
    {
        using var response = await Client.PostAsync(new Uri($"api/v1/main/executions/bench/{flow}?wait=true", UriKind.Relative), null);
        var body = await response.Content.ReadAsByteArrayAsync();
        return response.StatusCode == HttpStatusCode.TooManyRequests && response.Headers.RetryAfter is not null ? RunOutcome.Refused
            : response.StatusCode == HttpStatusCode.OK && body.AsSpan().IndexOf("\"state\":{\"current\":\"SUCCESS\""u8) >= 0 ? RunOutcome.Succeeded
            : RunOutcome.Failed;
    }

    /// <summary>Executions of a flow in a state, as lists count them: above 1,000 the number may be a second old.</summary>
    public async Task<long> CountAsync(string flow, string state)
    {
        var address = new Uri($"api/v1/main/executions/search?size=1&filters[flowId][EQUALS]={flow}&filters[state][EQUALS]={state}", UriKind.Relative);
        using var page = JsonDocument.Parse(await Client.GetByteArrayAsync(address));
        return page.RootElement.GetProperty("total").GetInt64();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        Client.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    // A file of properties is a file of YAML whose keys have dots.
    private string Configuration() => string.Join('\n', new Dictionary<string, string>(database.Configuration(folder), StringComparer.Ordinal)
    {
        ["kestra.server.basic-auth.username"] = User,
        ["kestra.server.basic-auth.password"] = Password,
        ["micronaut.server.port"] = Port.ToString(CultureInfo.InvariantCulture),
        ["endpoints.all.port"] = "0",
    }.Select(static pair => $"{pair.Key}: \"{pair.Value}\""));

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("api/v1/main/flows/search?size=1", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private double Status(string field)
    {
        var line = File.ReadLines($"/proc/{process!.Id.ToString(CultureInfo.InvariantCulture)}/status").First(text => text.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    private static void Keep(StringBuilder output, string? line)
    {
        lock (output)
        {
            if (line is not null && output.Length < 64 * 1024)
            {
                output.AppendLine(line);
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

internal enum RunOutcome { Succeeded, Refused, Failed }
