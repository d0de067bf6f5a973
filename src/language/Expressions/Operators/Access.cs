using System.Globalization;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Attributes, keys and indexes. A closed list: nothing is looked up by reflection.</summary>
internal static class Access
{
    public static bool TryGet(object value, object? key, out object? found)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                return TryGetEntry(map, key, out found);
            case IReadOnlyList<object?> list:
                return TryGetItem(list, key, out found) || TryGetMember(value, key as string, out found);
            default:
                return TryGetMember(value, key as string, out found);
        }
    }

    /// <summary>A method that users call on values: the harmless ones of the original.</summary>
    public static bool TryCall(object? value, string name, IReadOnlyList<object?> arguments, out object? result)
    {
        result = null;
        if (value is null)
        {
            return false;
        }

        if (value is IReadOnlyDictionary<string, object?> map)
        {
            return TryCallMap(map, name, arguments, out result);
        }

        return arguments.Count == 0 && TryGetMember(value, name, out result);
    }

    private static bool TryGetEntry(IReadOnlyDictionary<string, object?> map, object? key, out object? found)
    {
        if (key is null)
        {
            throw new ConversionException("A map has no null key");
        }

        if (ValueConversion.IsNumber(key) && map.Count > 0)
        {
            throw new EvaluationException($"type class java.lang.String not supported for key {ValueText.Java(key)}");
        }

        return map.TryGetValue(ValueText.Java(key), out found);
    }

    private static bool TryGetItem(IReadOnlyList<object?> list, object? key, out object? found)
    {
        found = null;
        long index;
        switch (key)
        {
            case int or long:
                index = ValueConversion.ToLong(key);
                break;
            case string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed):
                index = parsed;
                break;
            default:
                return false;
        }

        if (index < 0 || index >= list.Count)
        {
            return false;
        }

        found = list[(int)index];
        return true;
    }

    private static bool TryGetMember(object value, string? name, out object? found)
    {
        found = (value, name) switch
        {
            (string text, "length") => text.Length,
            (string text, "empty" or "isEmpty") => text.Length == 0,
            (string text, "toUpperCase") => text.ToUpperInvariant(),
            (string text, "toLowerCase") => text.ToLowerInvariant(),
            (string text, "trim") => text.Trim(),
            (MapEntry entry, "key" or "getKey") => entry.Key,
            (MapEntry entry, "value" or "getValue") => entry.Value ?? Nothing,
            (IReadOnlyCollection<object?> items, "size") => items.Count,
            (IReadOnlyCollection<object?> items, "empty" or "isEmpty") => items.Count == 0,
            (IReadOnlyCollection<object?> { Count: > 0 } items, "first" or "getFirst") => items.First() ?? Nothing,
            (IReadOnlyCollection<object?> { Count: > 0 } items, "last" or "getLast") => items.Last() ?? Nothing,
            _ => null,
        };
        if (ReferenceEquals(found, Nothing))
        {
            found = null;
            return true;
        }

        return found is not null;
    }

    private static readonly object Nothing = new();

    private static bool TryCallMap(IReadOnlyDictionary<string, object?> map, string name, IReadOnlyList<object?> arguments, out object? result)
    {
        result = (name, arguments) switch
        {
            ("size", []) => map.Count,
            ("isEmpty", []) => map.Count == 0,
            ("keySet", []) => new ValueCollection([.. map.Keys]),
            ("values", []) => new ValueCollection([.. map.Values]),
            ("entrySet", []) => new ValueCollection([.. map.Select(pair => new MapEntry(pair.Key, pair.Value))]),
            ("get", [string key]) => map.GetValueOrDefault(key),
            ("containsKey", [string key]) => map.ContainsKey(key),
            ("getOrDefault", [string key, var other]) => map.TryGetValue(key, out var value) ? value : other,
            _ => Nothing,
        };
        return !ReferenceEquals(result, Nothing);
    }
}
