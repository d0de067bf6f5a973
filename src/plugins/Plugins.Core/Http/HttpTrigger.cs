using System.Globalization;
using Kestra.Expressions;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Http;

/// <summary>Creates an execution when the answer of a request, sent again and again, meets a condition.</summary>
[Plugin("io.kestra.plugin.core.http.Trigger", Aliases = ["io.kestra.plugin.fs.http.Trigger"], Title = "Trigger a new flow execution based on the status code of an HTTP response.")]
[PluginOutput("uri", typeof(Uri))]
[PluginOutput("code", typeof(int))]
[PluginOutput("headers", typeof(IReadOnlyDictionary<string, IReadOnlyList<object>>))]
[PluginOutput("body", typeof(object))]
[PluginOutput("encryptedBody", typeof(string))]
[PluginOutput("formData", typeof(IReadOnlyDictionary<string, object?>))]
public sealed class HttpTrigger : HttpRequestDefinition, IPollingTrigger
{
    public Duration Interval { get; init; } = Duration.FromMinutes(1);

    /// <summary>Rendered with <c>response.statusCode</c>, <c>response.body</c> and <c>response.headers</c>.</summary>
    public Property<string> ResponseCondition { get; init; } = Property.Of<string>("{{ response.statusCode < 400 }}");

    public Property<bool> EncryptBody { get; init; } = Property.Of<bool>(false);

    public async Task<IReadOnlyDictionary<string, object?>?> EvaluateAsync(IRunContext context, CancellationToken cancellationToken)
    {
        await using var exchange = await HttpExchange.SendAsync(this, context, cancellationToken);
        context.Logger.Debug(string.Create(CultureInfo.InvariantCulture, $"{exchange.Address} respond with status code '{exchange.Code}'"));
        var answer = await Request.AnswerAsync(exchange, encrypts: false, context, cancellationToken);
        var response = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["statusCode"] = exchange.Code,
            ["body"] = answer["body"],
            ["headers"] = answer["headers"],
        };
        var more = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["response"] = response };
        if (!ValueConversion.IsTruthy(ResponseCondition.Render(context, more)))
        {
            return null;
        }

        if (EncryptBody.Or(context, false) && answer["body"] is string body)
        {
            answer["body"] = null;
            answer["encryptedBody"] = context.Protect(body);
        }

        return answer;
    }

    // Every code is an answer; the condition says what it means.
    protected internal override bool AllowsFailed(IRunContext context) => true;
}
