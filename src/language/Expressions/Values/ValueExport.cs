using System.Runtime.CompilerServices;

namespace Kestra.Expressions.Values;

/// <summary>Turns what exists inside the language only (characters, views, entries of maps) into values of the product.</summary>
internal static class ValueExport
{
    public static object? Of(object? value) => value switch
    {
        null or string or bool or int or long or double => value,
        char character => character.ToString(),
        SafeString safe => safe.Text,
        JavaDecimal number => number.ToValue(),
        MapEntry entry => new OrderedDictionary<string, object?>(StringComparer.Ordinal) { [ValueText.Java(entry.Key)] = Of(entry.Value) },
        LoopValue loop => new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["first"] = loop.IsFirst, ["last"] = loop.IsLast, ["length"] = loop.Length, ["index"] = loop.Index, ["revindex"] = loop.Remaining,
        },
        BeanValue bean => Of(bean.Attributes),
        ContextValue => throw new ConversionException("The context is not a value"),
        IReadOnlyDictionary<string, object?> map => OfMap(map),
        IReadOnlyCollection<object?> items => OfItems(items),
        _ => value,
    };

    // What is already of the product stays as it is: large trees are not copied.
    private static IReadOnlyDictionary<string, object?> OfMap(IReadOnlyDictionary<string, object?> map)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (map is not HashMapValue && map.All(static pair => ReferenceEquals(Of(pair.Value), pair.Value)))
        {
            return map;
        }

        var copy = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, item) in map)
        {
            copy[key] = Of(item);
        }

        return copy;
    }

    private static IReadOnlyCollection<object?> OfItems(IReadOnlyCollection<object?> items)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return items is List<object?> && items.All(static item => ReferenceEquals(Of(item), item)) ? items : [.. items.Select(Of)];
    }
}
