using System.Globalization;
using System.Numerics;
using System.Text;
using Kestra.Model.Json;

namespace Kestra.Expressions.Values;

/// <summary>Values as text: printed (containers as JSON), and in Java's form (everywhere else).</summary>
internal static class ValueText
{
    /// <summary>What <c>{{ value }}</c> prints.</summary>
    public static string Print(object? value) => value switch
    {
        null => "",
        string text => text,
        StringArray or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> or ValueCollection => ValueJson.Write(value),
        MapEntry entry => Java(entry),
        _ => Java(value),
    };

    /// <summary>Text as Java's <c>toString</c> gives it.</summary>
    public static string Java(object? value)
    {
        switch (value)
        {
            case null:
                return "null";
            case string text:
                return text;
            case bool flag:
                return flag ? "true" : "false";
            case int or long or BigInteger:
                return ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture);
            case double number:
                return JavaDouble.Format(number);
            case float number:
                return FloatText(number);
            case decimal number:
                return number.ToString(CultureInfo.InvariantCulture);
            case char character:
                return character.ToString();
            case MapEntry entry:
                return $"{Java(entry.Key)}={Java(entry.Value)}";
            case IReadOnlyDictionary<string, object?> map:
                return Join(map.Select(pair => $"{pair.Key}={Java(pair.Value)}"), "{", "}");
            case StringArray:
                return "[Ljava.lang.String;@1";
            case IReadOnlyCollection<object?> items:
                return Join(items.Select(Java), "[", "]");
            default:
                return TemporalOr(value);
        }
    }

    public static string FloatText(float number) => float.IsFinite(number)
        ? JavaDouble.Format(double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
        : JavaDouble.Format(number);

    private static string TemporalOr(object value)
    {
        var text = value.GetType().Namespace == "NodaTime" ? Encoding.UTF8.GetString(ModelJson.SerializeValue(value, JsonProfile.Internal)) : value.ToString() ?? "";
        return text.Length >= 2 && text[0] == '"' ? text[1..^1] : text;
    }

    private static string Join(IEnumerable<string> parts, string open, string close) => open + string.Join(", ", parts) + close;
}
