using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Kestra.Model.Json;

namespace Kestra.Expressions.Values;

/// <summary>Values as text: printed (containers as JSON), and in Java's form (everywhere else).</summary>
internal static class ValueText
{
    // Containers may share parts, so that a small one can have a text that no memory holds.
    private const int Limit = 256 * 1024 * 1024;

    /// <summary>What <c>{{ value }}</c> prints.</summary>
    public static string Print(object? value) => value switch
    {
        null => "",
        string text => text,
        ContextValue => throw new ConversionException("The context can't be printed"),
        BeanValue or byte[] => ValueJson.Write(value),
        IReadOnlyDictionary<string, object?> or IReadOnlyCollection<object?> => ValueJson.Write(value),
        _ => Java(value),
    };

    /// <summary>Text as Java's <c>toString</c> gives it.</summary>
    public static string Java(object? value) => Scalar(value) ?? Container(value!);

    public static string FloatText(float number) => float.IsFinite(number)
        ? JavaDouble.Format(double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
        : JavaDouble.Format(number);

    // Null for a container.
    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger number => number.ToString(CultureInfo.InvariantCulture),
        double number => JavaDouble.Format(number),
        float number => FloatText(number),
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        JavaDecimal number => number.ToString(),
        char character => character.ToString(),
        SafeString safe => safe.Text,
        LoopValue loop => loop.ToString(),
        ContextValue => "GlobalContext",
        byte[] => "[B@1",
        StringArray => "[Ljava.lang.String;@1",
        MapEntry or BeanValue or IReadOnlyDictionary<string, object?> or IReadOnlyCollection<object?> => null,
        _ => Temporal(value),
    };

    private static string Container(object value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private static void Append(StringBuilder text, object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (text.Length > Limit)
        {
            throw new ExpressionLimitException($"The text of a value is longer than {Limit} characters");
        }

        switch (value)
        {
            case MapEntry entry:
                AppendPair(text, entry.Key, entry.Value);
                break;
            case BeanValue bean:
                AppendMap(text, bean.Attributes.Select(static pair => new MapEntry(pair.Key, pair.Value)));
                break;
            case HashMapValue map:
                AppendMap(text, map.Entries);
                break;
            case IReadOnlyDictionary<string, object?> map:
                AppendMap(text, map.Select(static pair => new MapEntry(pair.Key, pair.Value)));
                break;
            case StringArray:
                text.Append(Scalar(value));
                break;
            case IReadOnlyCollection<object?> items:
                AppendItems(text, items);
                break;
            default:
                text.Append(Scalar(value));
                break;
        }
    }

    private static void AppendMap(StringBuilder text, IEnumerable<MapEntry> entries)
    {
        text.Append('{');
        var separator = "";
        foreach (var entry in entries)
        {
            text.Append(separator);
            AppendPair(text, entry.Key, entry.Value);
            separator = ", ";
        }

        text.Append('}');
    }

    private static void AppendPair(StringBuilder text, object? key, object? value)
    {
        Append(text, key);
        text.Append('=');
        Append(text, value);
    }

    private static void AppendItems(StringBuilder text, IReadOnlyCollection<object?> items)
    {
        text.Append('[');
        var separator = "";
        foreach (var item in items)
        {
            text.Append(separator);
            Append(text, item);
            separator = ", ";
        }

        text.Append(']');
    }

    private static string Temporal(object value)
    {
        var text = Encoding.UTF8.GetString(ModelJson.SerializeValue(value, JsonProfile.Internal));
        return text.Length >= 2 && text[0] == '"' ? text[1..^1] : text;
    }
}
