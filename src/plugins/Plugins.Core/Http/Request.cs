using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Http;

/// <summary>Sends a request and gives its answer as outputs.</summary>
[Plugin("io.kestra.plugin.core.http.Request", Aliases = ["io.kestra.plugin.fs.http.Request"], Title = "Make an HTTP API request to a specified URL and store the response as output.")]
[PluginOutput("uri", typeof(Uri), Title = "The URL of the current request.")]
[PluginOutput("code", typeof(int), Title = "The status code of the response.")]
[PluginOutput("headers", typeof(IReadOnlyDictionary<string, IReadOnlyList<object>>), Title = "The headers of the response.")]
[PluginOutput("body", typeof(object), Title = "The body of the response.")]
[PluginOutput("encryptedBody", typeof(string), Title = "The encrypted body of the response.")]
[PluginOutput("formData", typeof(IReadOnlyDictionary<string, object?>), Title = "The form data to be sent in the request body.")]
public sealed class Request : HttpRequestDefinition, IRunnableTask
{
    [PluginProperty(DocumentedDefault = DefaultOptions)]
    public override HttpOptions? Options { get; init; }

    /// <summary>The body becomes an encrypted output.</summary>
    public Property<bool> EncryptBody { get; init; } = Property.Of<bool>(false);

    /// <summary>The older place of <c>options.allowFailed</c>.</summary>
    [PluginProperty(Deprecated = true)]
    public Property<bool>? AllowFailed { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        await using var exchange = await HttpExchange.SendAsync(this, context, cancellationToken);
        return new TaskResult(await AnswerAsync(exchange, EncryptBody.Or(context, false), context, cancellationToken));
    }

    protected internal override bool AllowsFailed(IRunContext context) => AllowFailed?.Render(context) ?? base.AllowsFailed(context);

    /// <summary>The outputs of an exchange.</summary>
    internal static async Task<OrderedDictionary<string, object?>> AnswerAsync(HttpExchange exchange, bool encrypts, IRunContext context, CancellationToken cancellationToken)
    {
        var body = await exchange.ReadTextAsync(cancellationToken);
        exchange.CountLength(exchange.Response.Content.Headers.ContentLength);
        return new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["uri"] = exchange.Address,
            ["code"] = exchange.Code,
            ["headers"] = exchange.Headers(),
            ["body"] = encrypts || body.Length == 0 ? null : body,
            ["encryptedBody"] = encrypts && body.Length > 0 ? context.Protect(body) : null,
        };
    }
}
