using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Kestra.Crash;

/// <summary>The product as a process of its own that can be killed at any moment and started again on the same folder.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string User = "crash@kestra.local";
    private const string Password = "Crash1234";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string folder;
    private readonly int port = FreePort();
    private readonly StringBuilder output = new();
    private Process? process;

    public ServerProcess(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(folder);
        Client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/v1/main/")), Timeout = Patience };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")));
    }

    public HttpClient Client { get; }

    public string DatabaseFile => Path.Combine(folder, "data", "database.db");

    /// <summary>What the server has printed, for the message of a failed test.</summary>
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

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "kestra.dll"), "server", "local", "--no-tutorials"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KESTRA_CONFIGURATION"] = string.Create(CultureInfo.InvariantCulture, $"kestra:\n  server:\n    basic-auth:\n      username: {User}\n      password: {Password}\nmicronaut:\n  server:\n    port: {port}\n");
        process = Process.Start(start) ?? throw new InvalidOperationException("The server did not start.");
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var began = Stopwatch.GetTimestamp();
        while (!await AnswersAsync())
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"The server did not come up:\n{Output}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>SIGTERM, and waits for the drain.</summary>
    public async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        process.Dispose();
        process = null;
    }

    public async Task PutFlowAsync(string source)
    {
        using var content = new StringContent(source, Encoding.UTF8, "application/x-yaml");
        using var response = await Client.PostAsync(new Uri("flows", UriKind.Relative), content);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    /// <summary>All executions of the namespace that match, as their documents.</summary>
    public async Task<List<JsonElement>> SearchAsync(string filter)
    {
        var found = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var uri = string.Create(CultureInfo.InvariantCulture, $"executions/search?page={page}&size=500&{filter}");
            using var answer = JsonDocument.Parse(await Client.GetStringAsync(new Uri(uri, UriKind.Relative)));
            found.AddRange(answer.RootElement.GetProperty("results").EnumerateArray().Select(static one => one.Clone()));
            if (found.Count >= answer.RootElement.GetProperty("total").GetInt64())
            {
                return found;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            Kill();
        }

        Client.Dispose();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("flows/search?size=1", UriKind.Relative));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }

    private void Keep(string? line)
    {
        lock (output)
        {
            if (line is not null && output.Length < 256 * 1024)
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
