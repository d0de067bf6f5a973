using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text;

namespace Kestra.Cli.Maintenance;

/// <summary>Writes maps, lists and texts as YAML.</summary>
internal static class YamlLines
{
    private static readonly SearchValues<char> Risky = SearchValues.Create(":#{}[],&*!|>'\"%@`\n\r\t");

    public static void Write(TextWriter output, object? value) => Write(output, value, 0);

    private static void Write(TextWriter output, object? value, int depth)
    {
        var blanks = new string(' ', depth * 2);
        switch (value)
        {
            case IEnumerable<KeyValuePair<string, object?>> map:
                foreach (var (key, item) in map)
                {
                    output.Write($"{blanks}{Scalar(key)}:");
                    WriteBelow(output, item, depth);
                }

                break;
            case IEnumerable list and not string:
                foreach (var item in list)
                {
                    var text = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
                    Write(text, item, depth + 1);
                    // The first line of an item stands beside its dash.
                    output.Write($"{blanks}- {text.ToString().TrimStart(' ')}");
                }

                break;
            default:
                output.WriteLine(Scalar(value));
                break;
        }
    }

    private static void WriteBelow(TextWriter output, object? item, int depth)
    {
        if (item is IEnumerable children and not string)
        {
            var isEmpty = !children.GetEnumerator().MoveNext();
            output.WriteLine(isEmpty ? item is IEnumerable<KeyValuePair<string, object?>> ? " {}" : " []" : "");
            Write(output, item, depth + 1);
        }
        else
        {
            output.WriteLine($" {Scalar(item)}");
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => IsPlain(text) ? text : Quoted(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static bool IsPlain(string text) =>
        text.Length > 0 && text.Trim() == text && !text.AsSpan().ContainsAny(Risky) && text[0] is not ('-' or '?' or '=' or '~')
        && text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off")
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Quoted(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var c in text)
        {
            result.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        }

        return result.Append('"').ToString();
    }
}
