using System.Globalization;
using System.Text;

namespace Kestra.Jq.Values;

/// <summary>Values as compact JSON.</summary>
internal static class JsonText
{
    /// <exception cref="JqException">The text would be longer than <paramref name="maxLength"/>.</exception>
    public static string Write(object? value, JqDialect dialect, int maxLength = int.MaxValue)
    {
        var text = new StringBuilder();
        Append(text, value, dialect, maxLength);
        return text.Length > maxLength ? throw JqException.Limit($"a text is longer than {maxLength} characters") : text.ToString();
    }

    /// <summary>Writes at least the first <paramref name="length"/> characters and then stops early; for messages about large values.</summary>
    public static string WriteBeginning(object? value, JqDialect dialect, int length)
    {
        var text = new StringBuilder();
        Append(text, value, dialect, length);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value, JqDialect dialect, int length)
    {
        switch (ValueKinds.Of(value))
        {
            case ValueKind.Null:
                text.Append("null");
                break;
            case ValueKind.False:
                text.Append("false");
                break;
            case ValueKind.True:
                text.Append("true");
                break;
            case ValueKind.Number:
                text.Append(NumberText.Format(value!, dialect));
                break;
            case ValueKind.Text:
                AppendText(text, (string)value!, dialect, length);
                break;
            case ValueKind.Array:
                AppendArray(text, (IReadOnlyList<object?>)value!, dialect, length);
                break;
            default:
                AppendObject(text, (IReadOnlyDictionary<string, object?>)value!, dialect, length);
                break;
        }
    }

    private static void AppendArray(StringBuilder text, IReadOnlyList<object?> items, JqDialect dialect, int length)
    {
        StackGuard.Check();
        text.Append('[');
        for (var i = 0; i < items.Count && text.Length < length; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            Append(text, items[i], dialect, length);
        }

        text.Append(']');
    }

    private static void AppendObject(StringBuilder text, IReadOnlyDictionary<string, object?> map, JqDialect dialect, int length)
    {
        StackGuard.Check();
        text.Append('{');
        var first = true;
        foreach (var (name, value) in map)
        {
            if (text.Length >= length)
            {
                break;
            }

            if (!first)
            {
                text.Append(',');
            }

            first = false;
            AppendText(text, name, dialect, length);
            text.Append(':');
            Append(text, value, dialect, length);
        }

        text.Append('}');
    }

    private static void AppendText(StringBuilder text, string value, JqDialect dialect, int length)
    {
        text.Append('"');
        foreach (var character in value)
        {
            if (text.Length >= length)
            {
                break;
            }

            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append("\\u").Append(((int)character).ToString(dialect == JqDialect.Kestra ? "X4" : "x4", CultureInfo.InvariantCulture)),
                '\u007f' when dialect == JqDialect.Jq16 => text.Append("\\u007f"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}
