using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Kestra.Jq.Tests;

/// <summary>JSON of the case files as the values that programs work on.</summary>
internal static class Json
{
    public static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToList(),
        JsonValueKind.Object => new OrderedDictionary<string, object?>(
            element.EnumerateObject().Select(field => new KeyValuePair<string, object?>(field.Name, Value(field.Value)))),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => Number(element.GetRawText()),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static object? Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return Value(document.RootElement);
    }

    /// <summary>Without the null entries of maps, which Kestra's values lose on their way into and out of a filter.</summary>
    public static object? WithoutNulls(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => new OrderedDictionary<string, object?>(
            map.Where(field => field.Value is not null).Select(field => new KeyValuePair<string, object?>(field.Key, WithoutNulls(field.Value)))),
        IReadOnlyList<object?> list when value is not string => list.Select(WithoutNulls).ToList(),
        _ => value,
    };

    private static object Number(string text)
    {
        if (text.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
        {
            return double.Parse(text, CultureInfo.InvariantCulture);
        }

        var whole = BigInteger.Parse(text, CultureInfo.InvariantCulture);
        return whole >= int.MinValue && whole <= int.MaxValue ? (int)whole : whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : whole;
    }
}
