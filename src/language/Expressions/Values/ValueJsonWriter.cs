using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Kestra.Model.Json;

namespace Kestra.Expressions.Values;

/// <summary>Writes compact JSON with as little escaped as JSON allows.</summary>
internal sealed class ValueJsonWriter(StringBuilder output, bool keepNulls)
{
    private const int Limit = 256 * 1024 * 1024;
    private static readonly System.Buffers.SearchValues<char> Escaped = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code), '"', '\\']);

    public void Write(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (output.Length > Limit)
        {
            throw new ExpressionLimitException($"The JSON of a value is longer than {Limit} characters");
        }

        switch (value)
        {
            case null:
                output.Append("null");
                break;
            case string text:
                Text(text);
                break;
            case bool flag:
                output.Append(flag ? "true" : "false");
                break;
            case int number:
                output.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case long number:
                output.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                Floating(ValueText.Java(number), double.IsFinite(number));
                break;
            case float number:
                Floating(ValueText.FloatText(number), float.IsFinite(number));
                break;
            case decimal or BigInteger or JavaDecimal:
                output.Append(ValueText.Java(value));
                break;
            case char or SafeString:
                Text(ValueText.Java(value));
                break;
            case byte[] bytes:
                Text(Convert.ToBase64String(bytes));
                break;
            case MapEntry entry:
                Map([KeyValuePair.Create(ValueText.Java(entry.Key), entry.Value)]);
                break;
            case LoopValue:
                Write(ValueExport.Of(value));
                break;
            case ContextValue:
                throw new ConversionException("The context can't be written as JSON");
            case BeanValue bean:
                Map(bean.Attributes);
                break;
            case HashMapValue map when map.Entries.Any(static entry => entry.Key is null):
                throw new ConversionException("A null key can't be written as JSON");
            case IReadOnlyDictionary<string, object?> map:
                Map(map);
                break;
            case IReadOnlyCollection<object?> items:
                List(items);
                break;
            default:
                output.Append(Encoding.UTF8.GetString(ModelJson.SerializeValue(value, JsonProfile.Internal)));
                break;
        }
    }

    private void Map(IEnumerable<KeyValuePair<string, object?>> entries)
    {
        output.Append('{');
        var first = true;
        foreach (var (key, value) in entries)
        {
            if (value is null && !keepNulls)
            {
                continue;
            }

            if (!first)
            {
                output.Append(',');
            }

            first = false;
            Text(key);
            output.Append(':');
            Write(value);
        }

        output.Append('}');
    }

    private void List(IReadOnlyCollection<object?> items)
    {
        output.Append('[');
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                output.Append(',');
            }

            first = false;
            Write(item);
        }

        output.Append(']');
    }

    private void Floating(string text, bool isNumber)
    {
        if (isNumber)
        {
            output.Append(text);
        }
        else
        {
            Text(text);
        }
    }

    private void Text(string text)
    {
        output.Append('"');
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            output.Append(rest[..at]);
            Escape(rest[at]);
            rest = rest[(at + 1)..];
        }

        output.Append(rest).Append('"');
    }

    private void Escape(char character)
    {
        switch (character)
        {
            case '"':
                output.Append("\\\"");
                break;
            case '\\':
                output.Append("\\\\");
                break;
            case '\n':
                output.Append("\\n");
                break;
            case '\r':
                output.Append("\\r");
                break;
            case '\t':
                output.Append("\\t");
                break;
            case '\b':
                output.Append("\\b");
                break;
            case '\f':
                output.Append("\\f");
                break;
            default:
                output.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
                break;
        }
    }
}
