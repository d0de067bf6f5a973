using System.Globalization;
using Kestra.Model.Identifiers;

namespace Kestra.Plugins.Core.Http;

/// <summary>The name of a downloaded file.</summary>
internal static class DownloadNames
{
    public static string Of(HttpExchange exchange, IIdSource ids) => FromHeader(exchange) ?? Random(exchange, ids);

    private static string? FromHeader(HttpExchange exchange)
    {
        if (exchange.Response.Content.Headers.ContentDisposition is not { } disposition)
        {
            return null;
        }

        // Only the last part: the server does not choose folders.
        var name = (disposition.FileNameStar ?? disposition.FileName)?.Trim('"');
        name = name?[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        return string.IsNullOrEmpty(name) || name is "." or ".." ? null : Encoded(name);
    }

    private static string Random(HttpExchange exchange, IIdSource ids)
    {
        var path = new Uri(exchange.Address).AbsolutePath;
        var segment = path[(path.LastIndexOf('/') + 1)..];
        var dot = segment.LastIndexOf('.');
        return ids.Next() + (dot >= 0 ? segment[dot..] : ".tmp");
    }

    private static string Encoded(string name)
    {
        var encoded = new System.Text.StringBuilder(name.Length);
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(name))
        {
            var character = (char)value;
            encoded.Append(char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '*' or '_' ? character.ToString()
                : character == ' ' ? "+" : "%" + value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }
}
