using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Api;

/// <summary>Calls the REST API of a server, below one tenant.</summary>
internal sealed class ApiClient : IDisposable
{
    public const string Yaml = "application/x-yaml";
    public const string Json = "application/json";

    /// <summary>How long a server may take for an answer; streams are not bound by it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(180);

    private readonly HttpClient http;
    private readonly ApiTarget target;
    private readonly TimeProvider time;

    /// <param name="transport">How to reach the server; null is the network.</param>
    public ApiClient(ApiTarget target, TimeProvider time, HttpMessageHandler? transport = null)
    {
        this.target = target;
        this.time = time;
        http = new HttpClient(transport ?? new SocketsHttpHandler { ConnectTimeout = Timeout, AllowAutoRedirect = false }) { BaseAddress = target.Server, Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        foreach (var (name, value) in target.Headers)
        {
            http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        if (target.Token is { Length: > 0 } token)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (target.User is { Length: > 0 } user)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(user)));
        }
    }

    public Uri Server => target.Server;

    public string Tenant => target.Tenant;

    /// <summary>Sends a request and reads the answer as JSON.</summary>
    /// <param name="path">Below the tenant, with a leading slash.</param>
    /// <exception cref="ApiErrorException">The server refused.</exception>
    /// <exception cref="CommandFailureException">The server cannot be reached.</exception>
    public async Task<JsonElement> SendJsonAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, content, cancellationToken);
        var text = await WithinTimeAsync(response.Content.ReadAsByteArrayAsync, cancellationToken);
        return Parse(text);
    }

    /// <summary>Sends a request whose answer does not matter, or is read by the caller.</summary>
    /// <param name="prepare">Adds headers.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken, Action<HttpRequestMessage>? prepare = null)
    {
        using var request = new HttpRequestMessage(method, new Uri($"api/v1/{Uri.EscapeDataString(target.Tenant)}{path}", UriKind.Relative)) { Content = content };
        prepare?.Invoke(request);
        HttpResponseMessage response;
        try
        {
            response = await WithinTimeAsync(token => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellationToken);
        }
        catch (HttpRequestException error)
        {
            throw Unreachable(error);
        }

        if ((int)response.StatusCode < 300)
        {
            return response;
        }

        using (response)
        {
            throw await ApiErrorException.ReadAsync(response, target.Server, cancellationToken);
        }
    }

    /// <summary>The events of a stream, each with its kind (its <c>id</c> line) and its data, until the server ends it.</summary>
    public async IAsyncEnumerable<(string Kind, JsonElement Data)> FollowAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, cancellationToken, static request => request.Headers.Accept.ParseAdd("text/event-stream"));
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var (kind, data) = ("", new StringBuilder());
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Length > 0)
                {
                    yield return (kind, Parse(Encoding.UTF8.GetBytes(data.ToString())));
                }

                kind = "";
                data.Clear();
            }
            else if (line.StartsWith("id:", StringComparison.Ordinal))
            {
                kind = line[3..].Trim();
            }
            else if (line.StartsWith("data:", StringComparison.Ordinal))
            {
                data.Append(data.Length > 0 ? "\n" : "").Append(line.AsSpan(line.Length > 5 && line[5] == ' ' ? 6 : 5));
            }
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>A path segment of user text.</summary>
    public static string Segment(string text) => Uri.EscapeDataString(text);

    public static StringContent YamlContent(string text) => new(text, Encoding.UTF8, Yaml);

    private JsonElement Parse(byte[] json)
    {
        if (json.Length == 0)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new CommandFailureException($"{target.Server} does not answer like a Kestra server (no JSON: {error.Message}). Is the value of --server right?", error);
        }
    }

    private async Task<T> WithinTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await work(linked.Token);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CommandFailureException($"{target.Server} did not answer within {Timeout.TotalSeconds} seconds.", error);
        }
    }

    private ServerUnreachableException Unreachable(HttpRequestException error)
    {
        var reason = error.InnerException is SocketException socket ? socket.Message : error.InnerException?.Message ?? error.Message;
        return new ServerUnreachableException($"Cannot reach the server at {target.Server}: {reason}. Is it running? `kestra server local` starts one; --server names another.", error);
    }
}
