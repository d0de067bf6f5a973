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
        ("flatten", FilterTable.Of([], Flatten)),
        ("distinct", new Filter(null, static (value, arguments) => Distinct(value, arguments))),
        ("keys", FilterTable.Of(Keys)),
        ("values", FilterTable.Of(Values)),
    ];

    private static int Length(object? value) => value switch
    {
        string text => text.Length,
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

    private static string Join(object value, Arguments arguments)
    {
        var items = value as IReadOnlyCollection<object?> ?? throw new EvaluationException("The 'join' filter expects that the input is either a collection or an array.");
        var separator = arguments["separator"] is { } given ? TextFilters.Text(given) : "";
        if (value is IReadOnlyDictionary<string, object?>)
        {
            throw new EvaluationException("The 'join' filter expects that the input is either a collection or an array.");
        }

        var output = new Output(arguments.Frame.Options.OutputLimit);
        var first = true;
        foreach (var item in items)
        {
            output.Write(first ? "" : separator);
            output.Write(ValueText.Java(item));
            first = false;
        }

        return output.Text;
    }

    private static bool IsList(object? value) => value is IReadOnlyList<object?> and not StringArray;

    private static FixedList Flatten(object value, Arguments arguments)
    {
        var list = IsList(value) ? (IReadOnlyList<object?>)value : throw new EvaluationException("The 'flatten' filter can only be applied to lists.");
        var items = list.SelectMany(item => IsList(item) ? (IReadOnlyList<object?>)item! : [item]).Take(arguments.Frame.Options.ListLimit + 1).ToList();
        Ranges.Check(arguments.Frame, items.Count);
        return new FixedList(items);
    }

    private static IReadOnlyList<object?> Sort(object value, Arguments arguments, bool descending)
    {
        if (value is StringArray array && !descending)
        {
            return new StringArray([.. array.OrderBy(static item => (string?)item, StringComparer.Ordinal)]);
        }

        if (!IsList(value))
        {
            throw new EvaluationException("Unsupported input type for sort filter");
        }

        return arguments.Frame.Change((IReadOnlyList<object?>)value, list =>
        {
            var sorted = list.Order(Comparer<object?>.Create(NaturalOrder.Compare)).ToList();
            if (descending)
            {
                sorted.Reverse();
            }

            list.Clear();
            list.AddRange(sorted);
        });
    }

    private static IReadOnlyList<object?> Reverse(object value, Arguments arguments) => IsList(value)
        ? arguments.Frame.Change((IReadOnlyList<object?>)value, static list => list.Reverse())
        : throw new ConversionException($"{ClassNames.Of(value)} can't be reversed");

    private static object? Merge(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return left ?? right ?? throw new EvaluationException("The two arguments to be merged are null");
        }

        return (left, right) switch
        {
            (StringArray a, StringArray b) => new StringArray([.. a, .. b]),
            (StringArray, _) => throw new ConversionException("An array can be merged with an array of the same type only"),
            (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) => HashMapValue.Of(Entries(a).Concat(Entries(b)), a.Count + b.Count + 16),
            (IReadOnlyDictionary<string, object?> a, IReadOnlyList<object?> b and not StringArray) =>
                HashMapValue.Of(Entries(a).Concat(b.Select(static item => new MapEntry(item, item))), a.Count + b.Count + 16),
            (IReadOnlyList<object?> a, IReadOnlyDictionary<string, object?> b) => a.Concat(Entries(b)).ToList(),
            (IReadOnlyList<object?> a, IReadOnlyList<object?> b and not StringArray) => a.Concat(b).ToList(),
            (IReadOnlyList<object?>, _) => throw new EvaluationException($"Currently, only Maps and Lists can be merged with a List. Arg2: {ClassNames.Of(right)}"),
            (IReadOnlyDictionary<string, object?>, _) => throw new EvaluationException($"Currently, only Maps and Lists can be merged with a Map. Arg2: {ClassNames.Of(right)}"),
            _ => throw new EvaluationException("The object being filtered is not a Map/List/Array"),
        };
    }

    private static IEnumerable<MapEntry> Entries(IReadOnlyDictionary<string, object?> map) =>
        map is HashMapValue typed ? typed.Entries : map.Select(static pair => new MapEntry(pair.Key, pair.Value));

    private static List<object?> Chunk(object value, Arguments arguments)
    {
        var size = arguments["size"] ?? throw new EvaluationException("'chunk' filter expects an argument 'size'.");
        if (!IsList(value))
        {
            throw new EvaluationException($"'chunk' filter can only be applied to List. Actual type was: {ClassNames.Of(value)}");
        }

        if (!ValueConversion.IsNumber(size))
        {
            throw new EvaluationException($"'chunk' filter argument 'size' must be a number. Actual type was: {ClassNames.Of(size)}");
        }

        var list = (IReadOnlyList<object?>)value;
        var length = ValueConversion.ToLong(size) is > 0 and var wanted ? (int)Math.Min(wanted, int.MaxValue) : throw new ConversionException("The size has to be positive");
        var chunks = new List<object?>();
        for (var start = 0; start < list.Count; start += length)
        {
            chunks.Add(new ListView(arguments.Frame, list, start, Math.Min(length, list.Count - start)));
            if (length >= list.Count)
            {
                break;
            }
        }

        return chunks;
    }

    private static object Distinct(object? value, Arguments arguments)
    {
        if (value is null)
        {
            return "null";
        }

        if (!IsList(value))
        {
            throw new EvaluationException($"Input must be a list, but received : {ClassNames.Of(value)}");
        }

        arguments.Frame.Step(value);
        var seen = new HashSet<object>(ValueIdentity.Comparer);
        return ((IReadOnlyList<object?>)value).Where(item => seen.Add(item ?? ValueIdentity.Null)).ToList();
    }

    private static object Keys(object value) => value switch
    {
        HashMapValue map => new ValueCollection([.. map.Entries.Select(static entry => entry.Key)], isSet: true),
        IReadOnlyDictionary<string, object?> map => new ValueCollection([.. map.Keys], isSet: true),
        IReadOnlyList<object?> list => Enumerable.Range(0, list.Count).Select(static index => (object?)index).ToList(),
        _ => throw new EvaluationException($"'keys' filter can only be applied to List, Map, Array. Actual type was: {ClassNames.Of(value)}"),
    };

    private static ValueCollection Values(object value) => value is IReadOnlyDictionary<string, object?> map
        ? new ValueCollection([.. map.Values], isSet: false)
        : throw new EvaluationException($"'values' filter can only be applied to Map. Actual type was: {ClassNames.Of(value)}");
}
