using System.Globalization;
using System.Text;
using Kestra.Expressions;

namespace Kestra.Hosting.Expressions;

/// <summary>Requests and answers of the function <c>http()</c>.</summary>
internal static class ExpressionHttp
{
    public static HttpRequestMessage Build(ExpressionHttpRequest request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), Address(request));
        try
        {
            AddHeaders(message, request);
            if (request.Body is not null)
            {
                message.Content = new StringContent(BodyText(request), Encoding.UTF8);
                message.Content.Headers.Remove("Content-Type");
                message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
            }

            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <summary>The answer's body, as long as it is within the limit.</summary>
    public static string Text(HttpResponseMessage answer, long limit)
    {
        using var content = answer.Content.ReadAsStream();
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            if (bytes.Length + read > limit)
            {
                throw new ExpressionException($"Unable to execute HTTP request: the answer has more than the {limit.ToString(CultureInfo.InvariantCulture)} bytes that an expression may read.");
            }

            bytes.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static Uri Address(ExpressionHttpRequest request)
    {
        if (!Uri.TryCreate(request.Uri, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new ExpressionException($"Unable to execute HTTP request: '{request.Uri}' is not an http or https address");
        }

        if (request.Query is not { Count: > 0 } query)
        {
            return uri;
        }

        var pairs = query.Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(ValueConversion.ToText(pair.Value))}");
        return new UriBuilder(uri) { Query = string.Join('&', uri.Query.Length > 1 ? pairs.Prepend(uri.Query[1..]) : pairs) }.Uri;
    }

    private static void AddHeaders(HttpRequestMessage message, ExpressionHttpRequest request)
    {
        foreach (var (name, value) in request.Headers ?? new OrderedDictionary<string, object?>())
        {
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase) || name.Equals("Accept", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var values = value is IReadOnlyList<object?> list ? list.Select(ValueConversion.ToText) : [ValueConversion.ToText(value)];
            message.Headers.TryAddWithoutValidation(name, values);
        }

        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
    }

    private static string BodyText(ExpressionHttpRequest request) => request.Body as string ?? ValueJson.Write(request.Body);
}
