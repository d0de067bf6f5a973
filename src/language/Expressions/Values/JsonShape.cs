using System.Numerics;
using System.Runtime.CompilerServices;

namespace Kestra.Expressions.Values;

/// <summary>A value as it would be after it was written to JSON and read back: numbers are as small as they can be. What is so already is not copied.</summary>
internal static class JsonShape
{
    /// <param name="keepNulls">Keeps the null entries of maps.</param>
    public static object? Of(object? value, bool keepNulls)
    {
        switch (value)
        {
            case null or string or bool or int:
                return value;
            case long number:
                return number is >= int.MinValue and <= int.MaxValue ? (int)number : value;
            case double number:
                return double.IsFinite(number) ? value : ValueText.Java(number);
            case BigInteger number:
                return number >= long.MinValue && number <= long.MaxValue ? Of((long)number, keepNulls) : value;
            case MapEntry or LoopValue or BeanValue:
                return Of(ValueExport.Of(value), keepNulls);
            case IReadOnlyDictionary<string, object?> map:
                return OfMap(map, keepNulls);
            case IReadOnlyCollection<object?> items:
                return OfItems(items, keepNulls);
            default:
                // Dates, bytes, decimals and the like are rare, and their JSON is short.
                return ValueJson.ReadFirst(ValueJson.Write(value));
        }
    }

    private static IReadOnlyDictionary<string, object?> OfMap(IReadOnlyDictionary<string, object?> map, bool keepNulls)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        OrderedDictionary<string, object?>? copy = map is HashMapValue ? new(StringComparer.Ordinal) : null;
        var seen = 0;
        foreach (var (key, item) in map)
        {
            var shaped = Of(item, keepNulls);
            if (copy is null && ((item is null && !keepNulls) || !ReferenceEquals(shaped, item)))
            {
                copy = new OrderedDictionary<string, object?>(map.Take(seen), StringComparer.Ordinal);
            }

            if (item is not null || keepNulls)
            {
                copy?.Add(key, shaped);
            }

            seen++;
        }

        return copy ?? map;
    }

    private static IReadOnlyList<object?> OfItems(IReadOnlyCollection<object?> items, bool keepNulls)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        List<object?>? copy = items is List<object?> ? null : new(items.Count);
        var seen = 0;
        foreach (var item in items)
        {
            var shaped = Of(item, keepNulls);
            if (copy is null && !ReferenceEquals(shaped, item))
            {
                copy = [.. items.Take(seen)];
            }

            copy?.Add(shaped);
            seen++;
        }

        return copy ?? (IReadOnlyList<object?>)items;
    }
}
