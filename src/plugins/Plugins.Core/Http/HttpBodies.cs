using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Http;

/// <summary>Builds the body of a request: a form, a form with files, or a text.</summary>
internal static class HttpBodies
{
    public static async Task<HttpContent> BuildAsync(HttpRequestDefinition definition, IRunContext context, Encoding charset, CancellationToken cancellationToken)
    {
        var contentType = definition.ContentType.Or(context, "application/json");
        if (definition.FormData?.Render(context) is { Count: > 0 } form)
        {
            return contentType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) ? await MultipartAsync(form, context, cancellationToken) : Form(form);
        }

        var body = definition.Body?.Render(context);
        if (string.IsNullOrEmpty(body))
        {
            return Typed(new ByteArrayContent([]), contentType, null);
        }

        Check(body);
        return Typed(new ByteArrayContent(charset.GetBytes(body)), contentType, charset);
    }

    private static HttpContent Typed(HttpContent content, string contentType, Encoding? charset)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            throw new TaskFailedException($"The content type '{contentType}' is not valid");
        }

        if (charset is not null && type.CharSet is null)
        {
            type.CharSet = charset.WebName.ToUpperInvariant();
        }

        content.Headers.ContentType = type;
        return content;
    }

    private static HttpContent Form(IReadOnlyDictionary<string, object?> form)
    {
        var pairs = form.Select(static field => $"{Escaped(field.Key)}={Escaped(ValueConversion.ToText(field.Value))}");
        return Typed(new ByteArrayContent(Encoding.ASCII.GetBytes(string.Join('&', pairs))), "application/x-www-form-urlencoded; charset=ISO-8859-1", null);
    }

    // Letters beyond ISO-8859-1 become question marks, as the declared charset can't hold them.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var value in Encoding.Latin1.GetBytes(text))
        {
            var character = (char)value;
            escaped.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '*' or '_' ? character.ToString()
                : character == ' ' ? "+" : "%" + value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    private static async Task<HttpContent> MultipartAsync(IReadOnlyDictionary<string, object?> form, IRunContext context, CancellationToken cancellationToken)
    {
        var content = new MultipartFormDataContent();
        foreach (var (name, value) in form)
        {
            switch (value)
            {
                case string address when address.StartsWith("kestra://", StringComparison.Ordinal):
                    content.Add(new StreamContent(await context.Storage.OpenAsync(address, cancellationToken)), name, NameOf(address));
                    break;
                case IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("name") is string fileName && map.GetValueOrDefault("content") is string address:
                    content.Add(new StreamContent(await context.Storage.OpenAsync(address, cancellationToken)), name, fileName);
                    break;
                default:
                    content.Add(new StringContent(value as string ?? ValueJson.Write(value), Encoding.UTF8), name);
                    break;
            }
        }

        return content;
    }

    private static string NameOf(string address) => address[(address.LastIndexOf('/') + 1)..];

    private static void Check(string body)
    {
        for (var index = 0; index < body.Length; index++)
        {
            if (char.IsHighSurrogate(body[index]) && index + 1 < body.Length && char.IsLowSurrogate(body[index + 1]))
            {
                index++;
            }
            else if (char.IsSurrogate(body[index]))
            {
                throw new TaskFailedException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Illegal unicode code point in request body: {(int)body[index]}, the Request task only support valid Unicode strings as body.\nYou can try using the Download task instead."));
            }
        }
    }
}
