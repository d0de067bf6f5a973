using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kestra.Crash.Servers;

namespace Kestra.Crash;

/// <summary>Talks to whichever of the servers answers, and keeps the ledger.</summary>
internal sealed class Client : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient http;
    private readonly IReadOnlyList<ServerProcess> servers;
    private int lastRequest;
    private volatile int turn;

    public Client(IReadOnlyList<ServerProcess> servers)
    {
        this.servers = servers;

        http = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, ConnectCallback = ConnectAsync }) { Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ServerProcess.User}:{ServerProcess.Password}")));
    }

    public Ledger Ledger { get; } = new();

    /// <summary>Answers that were no success and not of the kinds that the product promises while it can't work.</summary>
    public List<string> Strange { get; } = [];

    /// <summary>Starts an execution and writes down what came of it.</summary>
    public async Task<Entry> StartAsync(string flow)
    {
        var client = "c" + Interlocked.Increment(ref lastRequest).ToString(CultureInfo.InvariantCulture);
        var server = Turn();
        var entry = server is null ? new Entry(client, flow, Answer.Refused, null, "nobody was there") : await StartAsync(server, flow, client);
        Ledger.Write(entry);
        return entry;
    }

    /// <summary>Waits until one of the servers works.</summary>
    public async Task ReadyAsync()
    {
        if (!await TryReadyAsync())
        {
            throw new InvalidOperationException($"No server came up:\n{await HealthsAsync()}\n{Outputs()}");
        }
    }

    /// <summary>Waits until one of the servers works.</summary>
    /// <returns>False when all have ended before.</returns>
    public async Task<bool> TryReadyAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            for (var index = 0; index < servers.Count; index++)
            {
                if (servers[index].IsAlive && await AnswersAsync(servers[index]))
                {
                    turn = index;
                    return true;
                }
            }

            if (limit.IsCancellationRequested || servers.All(static server => !server.IsAlive))
            {
                return false;
            }

            await Task.Delay(20);
        }
    }

    private async Task<string> HealthsAsync()
    {
        var told = new List<string>();
        foreach (var server in servers.Where(static server => server.IsAlive))
        {
            try
            {
                told.Add((await server.HealthAsync()).Body);
            }
            catch (Exception silent) when (silent is HttpRequestException or OperationCanceledException)
            {
                told.Add(silent.Message);
            }
        }

        return string.Join("\n", told);
    }

    public string Outputs() => string.Join("\n", servers.Select(static (server, index) => $"--- server {index + 1}:\n{server.Output}"));

    public async Task PutFlowAsync(string source)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            using var content = new StringContent(source, Encoding.UTF8, "application/x-yaml");
            using var response = await http.PostAsync(Uri(Turn()!, "flows/bulk?delete=false"), content, limit.Token);
            if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
            {
                response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(limit.Token));
                return;
            }

            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>All executions of the rig, as their documents.</summary>
    public async Task<List<JsonElement>> ExecutionsAsync()
    {
        var found = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"executions/search?page={page}&size=500&sort=id:asc&namespace={CrashFlows.Namespace}");
            using var answer = JsonDocument.Parse(await http.GetStringAsync(Uri(Turn()!, path)));
            var results = answer.RootElement.GetProperty("results");
            found.AddRange(results.EnumerateArray().Select(static one => one.Clone()));
            if (results.GetArrayLength() == 0 || found.Count >= answer.RootElement.GetProperty("total").GetInt64())
            {
                return found;
            }
        }
    }

    /// <summary>How many executions are not over.</summary>
    public async Task<long> OpenAsync()
    {
        using var answer = await OpenAsync(Turn()!, 1);
        return answer.RootElement.GetProperty("total").GetInt64();
    }

    /// <summary>Executions that began before a date and are not over, by what one of the servers says.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync(ServerProcess server, DateTimeOffset before)
    {
        using var answer = await OpenAsync(server, 1_000);
        return [.. answer.RootElement.GetProperty("results").EnumerateArray().Where(one => one.GetProperty("state").GetProperty("startDate").GetDateTimeOffset() < before).Select(static one => one.GetRawText())];
    }

    private async Task<JsonDocument> OpenAsync(ServerProcess server, int size)
    {
        const string open = "CREATED&state=RUNNING&state=QUEUED&state=PAUSED&state=RESTARTED&state=KILLING&state=RETRYING&state=BREAKPOINT";
        return JsonDocument.Parse(await http.GetStringAsync(Uri(server, string.Create(CultureInfo.InvariantCulture, $"executions/search?size={size}&namespace={CrashFlows.Namespace}&state={open}"))));
    }

    public async Task<JsonElement> ExecutionAsync(string id)
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(Uri(Turn()!, $"executions/{id}")));
        return answer.RootElement.Clone();
    }

    /// <summary>Sends a request to one server and gives back what it answers.</summary>
    public async Task<(HttpStatusCode Status, string? RetryAfter, string Body)> SendAsync(ServerProcess server, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, Uri(server, path));
        using var response = await http.SendAsync(request);
        return (response.StatusCode, response.Headers.RetryAfter?.ToString(), await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => http.Dispose();

    private async Task<Entry> StartAsync(ServerProcess server, string flow, string client)
    {
        try
        {
            using var request = flow == "hook"
                ? new HttpRequestMessage(HttpMethod.Post, Uri(server, $"executions/webhook/{CrashFlows.Namespace}/{flow}/{CrashFlows.WebhookKey}")) { Content = new StringContent($$"""{"client":"{{client}}"}""", Encoding.UTF8, "application/json") }
                : new HttpRequestMessage(HttpMethod.Post, Uri(server, $"executions/{CrashFlows.Namespace}/{flow}?labels=client:{client}"));
            using var response = await http.SendAsync(request);
            return Read(response, await response.Content.ReadAsStringAsync(), flow, client);
        }
        catch (HttpRequestException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
        {
            // Nobody listened, so nobody took it. The next request tries the next server.
            turn = (turn + 1) % servers.Count;
            return new Entry(client, flow, Answer.Refused, null, error.ToString());
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException or OperationCanceledException)
        {
            // It broke in the middle.
            return new Entry(client, flow, Answer.Unknown, null);
        }
    }

    private Entry Read(HttpResponseMessage response, string body, string flow, string client)
    {
        if (response.IsSuccessStatusCode)
        {
            using var document = JsonDocument.Parse(body);
            return new Entry(client, flow, Answer.Accepted, document.RootElement.GetProperty("id").GetString()!);
        }

        if (response.StatusCode == HttpStatusCode.TooManyRequests || (response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null))
        {
            return new Entry(client, flow, body.Contains("not known", StringComparison.Ordinal) ? Answer.Unknown : Answer.Refused, null, $"{(int)response.StatusCode} {body}");
        }

        lock (Strange)
        {
            Strange.Add($"{flow} was answered {(int)response.StatusCode}: {body}");
        }

        return new Entry(client, flow, Answer.Unknown, null);
    }

    // The handler sends a request again, behind our back, when its connection broke before an answer. A ledger can't have that:
    // each request gets one connection, and no second one.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        if (!context.InitialRequestMessage.Options.TryAdd("connected", true))
        {
            throw new IOException("The connection broke while the request was under way.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<bool> AnswersAsync(ServerProcess server)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var response = await http.GetAsync(Uri(server, "flows/search?size=1"), limit.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            // Not listening yet, or frozen.
            return false;
        }
    }

    // The one that answered last; another when that is gone.
    private ServerProcess? Turn()
    {
        for (var step = 0; step < servers.Count; step++)
        {
            var server = servers[(turn + step) % servers.Count];
            if (server.IsAlive)
            {
                turn = (turn + step) % servers.Count;
                return server;
            }
        }

        return null;
    }

    private static Uri Uri(ServerProcess server, string path) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{server.Port}/api/v1/main/{path}"));
}
