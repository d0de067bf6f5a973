using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Http;

/// <summary>One request with its answer.</summary>
internal sealed class HttpExchange : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;
    private const int LoggedCharacters = 100_000;

    private readonly HttpSettings settings;
    private readonly IRunContext context;
    private readonly HttpRequestMessage request;
    private readonly CancellationTokenSource idle;
    private readonly string address;

    private HttpExchange(HttpSettings settings, IRunContext context, HttpRequestMessage request, HttpResponseMessage response, CancellationTokenSource idle, string address)
    {
        this.settings = settings;
        this.context = context;
        this.request = request;
        this.idle = idle;
        this.address = address;
        Response = response;
    }

    public HttpResponseMessage Response { get; }

    /// <summary>The address as it was asked for.</summary>
    public string Address => address;

    public int Code => (int)Response.StatusCode;

    /// <summary>Sends the request and waits for the headers of the answer; one that counts as a failure fails the task.</summary>
    /// <exception cref="TaskFailedException">Nobody answered, or not in time, or with a code that is no success.</exception>
    public static async Task<HttpExchange> SendAsync(HttpRequestDefinition definition, IRunContext context, CancellationToken cancellationToken)
    {
        var options = HttpSettings.Of(definition, context);
        var (text, uri) = AddressOf(definition.Uri.Required(context, "uri"));
        var sent = new HttpRequestMessage(new HttpMethod(definition.Method.Or(context, "GET")), uri);
        sent.Content = await HttpBodies.BuildAsync(definition, context, options.Charset, cancellationToken);
        AddHeaders(sent, definition.Headers?.Render(context), options);
        var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await LogRequestAsync(sent, options, context);
            patience.CancelAfter(options.IdleTimeout);
            var response = await HttpConnections.For(options.Connection).SendAsync(sent, patience.Token);
            var exchange = new HttpExchange(options, context, sent, response, patience, text);
            exchange.LogResponse();
            await exchange.CheckCodeAsync(cancellationToken);
            return exchange;
        }
        catch (Exception error)
        {
            var failure = Explained(error, uri, options, patience, cancellationToken);
            sent.Dispose();
            patience.Dispose();
            if (ReferenceEquals(failure, error))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>The answer's body as text; empty when there is none.</summary>
    /// <exception cref="TaskFailedException">The body is larger than the limit.</exception>
    public async Task<string> ReadTextAsync(CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await CopyToAsync(memory, settings.BodyBytes, cancellationToken);
        var text = CharsetOfAnswer().GetString(memory.GetBuffer(), 0, (int)memory.Length);
        if (settings.Logs.Contains(HttpLoggedPart.RESPONSE_BODY))
        {
            context.Logger.Debug($"response body:\n{Shortened(text)}");
        }

        return text;
    }

    /// <summary>Copies the body as it comes.</summary>
    /// <returns>The number of bytes.</returns>
    public async Task<long> CopyToAsync(Stream target, long limit, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = await Response.Content.ReadAsStreamAsync(idle.Token);
            var buffer = new byte[BufferBytes];
            var total = 0L;
            while (true)
            {
                idle.CancelAfter(settings.IdleTimeout);
                var count = await source.ReadAsync(buffer, idle.Token);
                if (count == 0)
                {
                    return total;
                }

                total += count;
                if (total > limit)
                {
                    throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"The response has more than {limit} bytes. Use the Download task for large answers, or raise the plugin configuration `maxBodyBytes`."));
                }

                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw IdleTooLong(settings);
        }
    }

    /// <summary>Headers of the answer: lower-case names, lists of values.</summary>
    public OrderedDictionary<string, object?> Headers()
    {
        var headers = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, values) in Response.Headers.NonValidated)
        {
            headers[name.ToLowerInvariant()] = values.Select(static value => (object?)value).ToList();
        }

        foreach (var (name, values) in Response.Content.Headers.NonValidated)
        {
            headers[name.ToLowerInvariant()] = values.Select(static value => (object?)value).ToList();
        }

        return headers;
    }

    public void CountLength(long? length)
    {
        if (length is { } bytes)
        {
            context.Metrics.Counter(
                "response.length",
                bytes,
                KeyValuePair.Create("request.method", request.Method.Method),
                KeyValuePair.Create("response.code", Code.ToString(CultureInfo.InvariantCulture)));
        }
    }

    public ValueTask DisposeAsync()
    {
        Response.Dispose();
        request.Dispose();
        idle.Dispose();
        return ValueTask.CompletedTask;
    }

    private static (string Text, Uri Uri) AddressOf(string rendered)
    {
        var text = rendered.Trim().Replace(" ", "%20", StringComparison.Ordinal);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? (text, uri)
            : throw new TaskFailedException($"The uri '{text}' is not an address of http or https");
    }

    private static void AddHeaders(HttpRequestMessage request, IReadOnlyDictionary<string, string>? headers, HttpSettings settings)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", "Kestra");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, x-gzip, deflate");
        request.Headers.TryAddWithoutValidation("Connection", "keep-alive");
        if (headers is not null)
        {
            // Given headers stand for all; a body keeps the type that it has.
            if (request.Content is ByteArrayContent && request.Content.Headers.ContentLength == 0)
            {
                request.Content.Headers.ContentType = null;
            }

            foreach (var (name, value) in headers)
            {
                SetHeader(request, name, value);
            }
        }

        if (settings.Authorization is not null)
        {
            request.Headers.Authorization = settings.Authorization;
        }
    }

    private static void SetHeader(HttpRequestMessage request, string name, string value)
    {
        request.Headers.Remove(name);
        if (!request.Headers.TryAddWithoutValidation(name, value))
        {
            request.Content!.Headers.Remove(name);
            if (!request.Content.Headers.TryAddWithoutValidation(name, value))
            {
                throw new TaskFailedException($"The header '{name}' can't be set");
            }
        }
    }

    private async Task CheckCodeAsync(CancellationToken cancellationToken)
    {
        if (settings.IsSuccess(Response.StatusCode))
        {
            return;
        }

        var body = await ReadTextAsync(cancellationToken);
        var message = $"Failed http request with response code '{Code.ToString(CultureInfo.InvariantCulture)}'" + (body.Length > 0 ? $" and body:\n{body}" : "");
        Response.Dispose();
        throw new TaskFailedException(message);
    }

    private static Exception Explained(Exception error, Uri uri, HttpSettings settings, CancellationTokenSource idle, CancellationToken cancellationToken) => error switch
    {
        OperationCanceledException when idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested => IdleTooLong(settings),
        HttpRequestException { InnerException: SocketException socket } => Unreachable(uri, socket.SocketErrorCode == SocketError.ConnectionRefused ? "Connection refused" : socket.Message, error),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => Unreachable(uri, error.Message, error),
        HttpRequestException or IOException => new TaskFailedException($"{error.Message}{(error.InnerException is { } inner ? $" ({inner.Message})" : "")}", inner: error),
        _ => error,
    };

    private static TaskFailedException Unreachable(Uri uri, string reason, Exception error) =>
        new($"Connect to {uri.GetLeftPart(UriPartial.Authority)} failed: {reason}", inner: error);

    private static TaskFailedException IdleTooLong(HttpSettings settings) =>
        new($"No answer within {Model.Durations.IsoDuration.Format(NodaTime.Duration.FromTimeSpan(settings.IdleTimeout))} (options.timeout.readIdleTimeout)");

    private Encoding CharsetOfAnswer() =>
        Response.Content.Headers.ContentType?.CharSet is { Length: > 0 } name ? HttpSettings.CharsetOf(name.Trim('"')) : settings.Charset;

    private static async Task LogRequestAsync(HttpRequestMessage request, HttpSettings settings, IRunContext context)
    {
        if (settings.Logs.Contains(HttpLoggedPart.REQUEST_HEADERS))
        {
            context.Logger.Debug($"request:\n method: {request.Method}\n uri: {request.RequestUri}\n headers: {Listed(request.Headers)}");
        }

        // A body with files is read once only: by the one who gets it.
        if (settings.Logs.Contains(HttpLoggedPart.REQUEST_BODY) && request.Content is ByteArrayContent body)
        {
            context.Logger.Debug($"request body:\n{Shortened(await body.ReadAsStringAsync())}");
        }
    }

    private void LogResponse()
    {
        if (settings.Logs.Contains(HttpLoggedPart.RESPONSE_HEADERS))
        {
            context.Logger.Debug($"response:\n code: {Code.ToString(CultureInfo.InvariantCulture)}\n reason: {Response.ReasonPhrase}\n headers: {Listed(Response.Headers)}");
        }
    }

    // Credentials never reach a log.
    private static string Listed(System.Net.Http.Headers.HttpHeaders headers) => string.Concat(headers
        .Where(static header => !header.Key.Contains("authorization", StringComparison.OrdinalIgnoreCase) && !header.Key.Contains("cookie", StringComparison.OrdinalIgnoreCase))
        .Select(static header => $"\n  {header.Key}: {string.Join(", ", header.Value)}"));

    private static string Shortened(string text) => text.Length <= LoggedCharacters ? text : text[..LoggedCharacters] + "…";
}
