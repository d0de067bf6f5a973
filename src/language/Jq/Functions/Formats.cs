using System.Text;
using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>The formats: <c>@csv</c>, <c>@uri</c> …</summary>
internal static class Formats
{
    private const string Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public static string Apply(Execution execution, string name, object? value)
    {
        var text = name switch
        {
            "text" => execution.ToText(value),
            "json" => execution.ToJson(value),
            "csv" => Row(execution, value, "csv", ",", item => $"\"{item.Replace("\"", "\"\"", StringComparison.Ordinal)}\""),
            "tsv" => Row(execution, value, "tsv", "\t", EscapeTab),
            "html" => EscapeHtml(execution.ToText(value)),
            "uri" => EscapeUri(execution.ToText(value)),
            "sh" => QuoteShell(execution, value),
            "base64" => Convert.ToBase64String(Encoding.UTF8.GetBytes(execution.ToText(value))),
            "base64d" => DecodeBase64(execution, value),
            _ => throw JqException.Runtime(execution.Dialect == JqDialect.Kestra
                ? $"Formatting operator @{name} does not exist"
                : $"{name} is not a valid format"),
        };
        execution.ChargeText(text.Length);
        return text;
    }

    private static string Row(Execution execution, object? value, string format, string separator, Func<string, string> quote)
    {
        if (value is not IReadOnlyList<object?> cells || value is string)
        {
            throw JqException.Runtime($"{execution.Describe(value)} cannot be {format}-formatted, only array");
        }

        return string.Join(separator, cells.Select(cell => ValueKinds.Of(cell) switch
        {
            ValueKind.Null => "",
            ValueKind.Text => quote((string)cell!),
            ValueKind.Array or ValueKind.Object => throw JqException.Runtime($"{execution.Describe(cell)} is not valid in a csv row"),
            _ => execution.ToJson(cell),
        }));
    }

    private static string EscapeTab(string text) => new StringBuilder(text)
        .Replace("\\", "\\\\").Replace("\t", "\\t").Replace("\n", "\\n").Replace("\r", "\\r").ToString();

    private static string EscapeHtml(string text) => new StringBuilder(text)
        .Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("'", "&apos;").Replace("\"", "&quot;").ToString();

    private static string EscapeUri(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)octet;
            if (char.IsAsciiLetterOrDigit(character) || "-_.!~*'()".Contains(character, StringComparison.Ordinal))
            {
                escaped.Append(character);
            }
            else
            {
                escaped.Append('%').Append(Convert.ToHexString([octet]));
            }
        }

        return escaped.ToString();
    }

    private static string QuoteShell(Execution execution, object? value)
    {
        var words = value is IReadOnlyList<object?> list && value is not string ? list : [value];
        return string.Join(' ', words.Select(word => ValueKinds.Of(word) switch
        {
            ValueKind.Text => $"'{((string)word!).Replace("'", "'\\''", StringComparison.Ordinal)}'",
            ValueKind.Array or ValueKind.Object => throw JqException.Runtime($"{execution.Describe(word)} can not be escaped for shell"),
            _ => execution.ToJson(word),
        }));
    }

    // Padding ends the data and may be missing; bytes that are no UTF-8 become replacement characters.
    private static string DecodeBase64(Execution execution, object? value)
    {
        var text = execution.ToText(value);
        var bytes = new List<byte>((text.Length * 3 / 4) + 1);
        int bits = 0, held = 0;
        foreach (var character in text.TakeWhile(character => character != '='))
        {
            var digit = Base64Alphabet.IndexOf(character);
            if (digit < 0)
            {
                throw JqException.Runtime($"{execution.Describe(value)} is not valid base64 data");
            }

            held = (held << 6) | digit;
            bits += 6;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)(held >> bits));
                held &= (1 << bits) - 1;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
