using Kestra.Expressions.Compilation;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Filters;

/// <summary>Filters over lists and maps. Those that the original does in place change the list for the rest of the rendering.</summary>
internal static class CollectionFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("length", new Filter(null, static (value, _) => Length(value))),
        ("first", FilterTable.Of(static value => End(value, first: true))),
        ("last", FilterTable.Of(static value => End(value, first: false))),
        ("join", FilterTable.Of(["separator"], Join)),
        ("sort", FilterTable.Of(null, static (value, arguments) => Sort(value, arguments, descending: false))),
        ("rsort", FilterTable.Of(null, static (value, arguments) => Sort(value, arguments, descending: true))),
        ("reverse", FilterTable.Of(null, Reverse)),
        ("merge", new Filter(["items"], static (value, arguments) => Merge(value, arguments["items"]))),
        ("chunk", FilterTable.Of(["size"], Chunk)),
        ("flatten", FilterTable.Of(static value => List(value, "The 'flatten' filter can only be applied to lists.").SelectMany(item => item is IReadOnlyList<object?> inner and not StringArray ? inner : [item]).ToList())),
        ("distinct", new Filter(null, static (value, _) => Distinct(value))),
        ("keys", FilterTable.Of(Keys)),
        ("values", FilterTable.Of(static value => value is IReadOnlyDictionary<string, object?> map
            ? new ValueCollection([.. map.Values])
            : throw new EvaluationException($"'values' filter can only be applied to Map. Actual type was: {ClassNames.Of(value)}"))),
    ];

    private static int Length(object? value) => value switch
    {
        string text => text.Length,
        SafeString safe => safe.Text.Length,
        IReadOnlyDictionary<string, object?> map => map.Count,
        IReadOnlyCollection<object?> items => items.Count,
        _ => 0,
    };

    private static object? End(object value, bool first) => value switch
    {
        string text => first ? text[0] : text[^1],
        IReadOnlyCollection<object?> items => first ? items.FirstOrDefault() : items.LastOrDefault(),
        _ => throw new ConversionException($"{ClassNames.Of(value)} has no elements"),
    };

    private static string Join(object value, Arguments arguments) => value is IReadOnlyCollection<object?> items
        ? string.Join(arguments["separator"] is { } separator ? ValueText.Java(separator) : "", items.Select(ValueText.Java))
        : throw new EvaluationException("The 'join' filter expects that the input is either a collection or an array.");

    private static List<object?> List(object value, string message) => value is IReadOnlyList<object?> list and not StringArray ? [.. list] : throw new EvaluationException(message);

    private static IReadOnlyList<object?> Sort(object value, Arguments arguments, bool descending)
    {
        if (value is StringArray array && !descending)
        {
            return new StringArray([.. array.OrderBy(item => (string?)item, StringComparer.Ordinal)]);
        }

        if (value is not IReadOnlyList<object?> source || value is StringArray)
        {
            throw new EvaluationException("Unsupported input type for sort filter");
        }

        var list = arguments.Frame.Changeable(source);
        var sorted = list.Order(Comparer<object?>.Create(NaturalOrder.Compare)).ToList();
        if (descending)
        {
            sorted.Reverse();
        }

        list.Clear();
        list.AddRange(sorted);
        return list;
    }

    private static List<object?> Reverse(object value, Arguments arguments)
    {
        if (value is not IReadOnlyList<object?> source || value is StringArray)
        {
            throw new ConversionException($"{ClassNames.Of(value)} can't be reversed");
        }

        var list = arguments.Frame.Changeable(source);
        list.Reverse();
        return list;
    }

    private static object? Merge(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return left ?? right ?? throw new EvaluationException("The two arguments to be merged are null");
        }

        return (left, right) switch
        {
            (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) => HashMapValue.Of(a.Concat(b), a.Count + b.Count + 16),
            (IReadOnlyDictionary<string, object?> a, IReadOnlyList<object?> b) =>
                HashMapValue.Of(a.Concat(b.Select(item => KeyValuePair.Create(ValueText.Java(item), item))), a.Count + b.Count + 16),
            (IReadOnlyList<object?> a, IReadOnlyDictionary<string, object?> b) => a.Concat(b.Select(pair => new MapEntry(pair.Key, pair.Value))).ToList(),
            (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Concat(b).ToList(),
            (IReadOnlyList<object?>, _) => throw new EvaluationException($"Currently, only Maps and Lists can be merged with a List. Arg2: {ClassNames.Of(right)}"),
            (IReadOnlyDictionary<string, object?>, _) => throw new EvaluationException($"Currently, only Maps and Lists can be merged with a Map. Arg2: {ClassNames.Of(right)}"),
            _ => throw new EvaluationException("The object being filtered is not a Map/List/Array"),
        };
    }

    private static List<object?> Chunk(object value, Arguments arguments)
    {
        var size = arguments["size"] ?? throw new EvaluationException("'chunk' filter expects an argument 'size'.");
        if (value is not IReadOnlyList<object?> list || value is StringArray)
        {
            throw new EvaluationException($"'chunk' filter can only be applied to List. Actual type was: {ClassNames.Of(value)}");
        }

        if (!ValueConversion.IsNumber(size))
        {
            throw new EvaluationException($"'chunk' filter argument 'size' must be a number. Actual type was: {ClassNames.Of(size)}");
        }

        var count = ValueConversion.ToLong(size);
        return count > 0 ? [.. list.Chunk((int)Math.Min(count, int.MaxValue)).Select(part => part.ToList())] : throw new ConversionException("the size has to be positive");
    }

    private static object Distinct(object? value)
    {
        if (value is null)
        {
            return "null";
        }

        var list = List(value, $"Input must be a list, but received : {ClassNames.Of(value)}");
        var kept = new List<object?>();
        foreach (var item in list.Where(item => !kept.Exists(other => Equality.Exact(other, item))))
        {
            kept.Add(item);
        }

        return kept;
    }

    private static object Keys(object value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => new ValueCollection([.. map.Keys]),
        IReadOnlyList<object?> list => Enumerable.Range(0, list.Count).Select(index => (object?)index).ToList(),
        _ => throw new EvaluationException($"'keys' filter can only be applied to List, Map, Array. Actual type was: {ClassNames.Of(value)}"),
    };
}
