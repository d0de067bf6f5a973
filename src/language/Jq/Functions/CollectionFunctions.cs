using System.Text;
using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions on arrays and objects.</summary>
internal static class CollectionFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        Make.Unary("length", Length),
        Make.Unary("keys", (execution, input) => Keys(execution, input, isSorted: true)),
        Make.Unary("keys_unsorted", (execution, input) => Keys(execution, input, isSorted: false)),
        Make.Of("has", 1, (_, input, arguments) => Has(input, arguments[0])),
        Make.Of("contains", 1, (execution, input, arguments) => Search.Contains(execution, input, arguments[0])),
        Make.Unary("add", Add),
        Make.Unary("to_entries", ToEntries),
        Make.Unary("reverse", Reverse),
        Make.Of("join", 1, Join),
        Make.Unary("flatten", (execution, input) => Flatten(execution, input, double.PositiveInfinity)),
        Make.Of("flatten", 1, FlattenTo),
        Make.Unary("transpose", Transpose),
        Make.Unary("sort", (execution, input) => Sort(execution, input)),
        new("unique", 0, _ => new KeyedFilter("unique", IdentityFilter.Instance, UniqueBy)),
        Make.Unary("min", (execution, input) => Extreme(execution, input, "min", -1)),
        Make.Unary("max", (execution, input) => Extreme(execution, input, "max", 1)),
        new("sort_by", 1, arguments => new KeyedFilter("sort_by", arguments[0], SortBy)),
        new("group_by", 1, arguments => new KeyedFilter("group_by", arguments[0], GroupBy)),
        new("unique_by", 1, arguments => new KeyedFilter("unique_by", arguments[0], UniqueBy)),
        new("min_by", 1, arguments => new KeyedFilter("min_by", arguments[0], keyed => ExtremeBy(keyed, -1))),
        new("max_by", 1, arguments => new KeyedFilter("max_by", arguments[0], keyed => ExtremeBy(keyed, 1))),
        Make.Of("bsearch", 1, BinarySearch, onlyInJq: true),
    ];

    private static object Length(Execution execution, object? input)
    {
        switch (input)
        {
            case null:
                return 0;
            case string text:
                execution.ChargeText(text.Length);
                return CodePoints.Count(text);
            case IReadOnlyDictionary<string, object?> map:
                return map.Count;
            case IReadOnlyList<object?> list:
                return list.Count;
            default:
                return ValueKinds.IsNumber(input) ? Numbers.Absolute(input) : throw JqException.Runtime($"{execution.Describe(input)} has no length");
        }
    }

    private static List<object?> Keys(Execution execution, object? input, bool isSorted)
    {
        switch (input)
        {
            case IReadOnlyDictionary<string, object?> map:
                execution.ChargeArray(map.Count);
                return isSorted ? [.. ValueOrder.SortedNames(map)] : [.. map.Keys];
            case IReadOnlyList<object?> list when input is not string:
                execution.ChargeArray(list.Count);
                return [.. Enumerable.Range(0, list.Count).Select(index => (object?)index)];
            default:
                throw JqException.Runtime($"{execution.Describe(input)} has no keys");
        }
    }

    private static bool Has(object? input, object? key) => (ValueKinds.Of(input), ValueKinds.Of(key)) switch
    {
        (ValueKind.Object, ValueKind.Text) => ((IReadOnlyDictionary<string, object?>)input!).ContainsKey((string)key!),
        (ValueKind.Null, ValueKind.Text or ValueKind.Number) => false,
        (ValueKind.Array, ValueKind.Number) => Numbers.ToDouble(key) >= 0 && Numbers.ToDouble(key) < ((IReadOnlyList<object?>)input!).Count,
        _ => throw JqException.Runtime($"Cannot check whether {ValueKinds.Name(input)} has a {ValueKinds.Name(key)} key"),
    };

    /// <summary>The elements of an array, or the values of an object.</summary>
    private static IEnumerable<object?> Elements(Execution execution, object? input) => ValueKinds.Of(input) switch
    {
        ValueKind.Array => (IReadOnlyList<object?>)input!,
        ValueKind.Object => ((IReadOnlyDictionary<string, object?>)input!).Values,
        _ => throw JqException.Runtime($"Cannot iterate over {execution.Describe(input)}"),
    };

    private static object? Add(Execution execution, object? input)
    {
        var elements = execution.Dialect == JqDialect.Kestra
            ? Require.Array(execution, input, "add", () => "")
            : Elements(execution, input);
        object? sum = null;
        StringBuilder? text = null;
        List<object?>? list = null;
        foreach (var element in elements)
        {
            // Texts and arrays grow in place, so that a long sum takes linear time.
            switch (element)
            {
                case string part when sum is string && list is null:
                    text ??= new StringBuilder((string)sum);
                    execution.ChargeText((long)text.Length + part.Length <= execution.Limits.TextLength ? part.Length : (long)text.Length + part.Length);
                    text.Append(part);
                    continue;
                case IReadOnlyList<object?> part when element is not string && sum is IReadOnlyList<object?> start && sum is not string:
                    list ??= [.. start];
                    execution.ChargeArray((long)list.Count + part.Count <= execution.Limits.ArrayLength ? part.Count : (long)list.Count + part.Count);
                    list.AddRange(part);
                    continue;
                case null:
                    continue;
                default:
                    sum = Operations.Add(execution, Sum(sum, text, list), element);
                    (text, list) = (null, null);
                    execution.Step();
                    continue;
            }
        }

        return Sum(sum, text, list);
    }

    private static object? Sum(object? sum, StringBuilder? text, List<object?>? list) => text is not null ? text.ToString() : list ?? sum;

    private static List<object?> ToEntries(Execution execution, object? input)
    {
        IEnumerable<(object Key, object? Value)> entries = input switch
        {
            IReadOnlyDictionary<string, object?> map => map.Select(field => ((object)field.Key, field.Value)),
            IReadOnlyList<object?> list when input is not string => list.Select((item, index) => ((object)index, item)),
            _ => throw JqException.Runtime($"{execution.Describe(input)} has no keys"),
        };
        var result = new List<object?>();
        foreach (var (key, value) in entries)
        {
            execution.ChargeObject(2);
            result.Add(new OrderedDictionary<string, object?>(2) { ["key"] = key, ["value"] = value });
        }

        return result;
    }

    private static object? Reverse(Execution execution, object? input)
    {
        switch (input)
        {
            case null or IReadOnlyDictionary<string, object?> { Count: 0 } or "":
                return new List<object?>();
            case IReadOnlyList<object?> list when input is not string:
                execution.ChargeArray(list.Count);
                return list.Reverse().ToList();
            default:
                throw input is bool
                    ? JqException.Runtime($"{execution.Describe(input)} has no length")
                    : Access.CannotIndex(execution, input, 0);
        }
    }

    private static object Join(Execution execution, object? input, object?[] arguments)
    {
        var separator = arguments[0];
        var text = new StringBuilder();
        var isFirst = true;
        foreach (var item in Elements(execution, input))
        {
            if (!isFirst)
            {
                text.Append(separator is null ? "" : separator as string ?? throw CannotAdd(execution, text.ToString(), separator));
            }

            isFirst = false;
            var part = item is null ? "" : item as string ?? (item is bool || ValueKinds.IsNumber(item) ? execution.ToJson(item) : null);
            text.Append(part ?? throw CannotAdd(execution, text.ToString(), item));
            execution.Charge((part.Length / 4) + 1);
            if (text.Length > execution.Limits.TextLength)
            {
                execution.ChargeText(text.Length);
            }
        }

        return text.ToString();
    }

    private static JqException CannotAdd(Execution execution, object? left, object? right) =>
        JqException.Runtime($"{execution.Describe(left)} and {execution.Describe(right)} cannot be added");

    private static object FlattenTo(Execution execution, object? input, object?[] arguments)
    {
        if (ValueOrder.Between(arguments[0], 0) < 0)
        {
            throw JqException.Runtime("flatten depth must not be negative");
        }

        if (ValueKinds.IsNumber(arguments[0]))
        {
            return Flatten(execution, input, Numbers.ToDouble(arguments[0]));
        }

        // What is no number fails only when there is something to go down into.
        return Elements(execution, input).All(item => item is not IReadOnlyList<object?>)
            ? Flatten(execution, input, 0)
            : throw JqException.Runtime($"{execution.Describe(arguments[0])} and {execution.Describe(1)} cannot be subtracted");
    }

    private static List<object?> Flatten(Execution execution, object? input, double depth)
    {
        var flat = new List<object?>();
        AppendFlat(execution, flat, Elements(execution, input), depth);
        return flat;
    }

    private static void AppendFlat(Execution execution, List<object?> flat, IEnumerable<object?> items, double depth)
    {
        StackGuard.Check();
        foreach (var item in items)
        {
            execution.Step();
            if (item is IReadOnlyList<object?> inner && item is not string && depth > 0)
            {
                AppendFlat(execution, flat, inner, depth - 1);
            }
            else
            {
                flat.Add(item);
            }
        }
    }

    private static List<object?> Transpose(Execution execution, object? input)
    {
        if (input is IReadOnlyDictionary<string, object?> map)
        {
            throw map.Count == 0 ? JqException.Runtime("Range bounds must be numeric") : Access.CannotIndex(execution, input, 0);
        }

        var rows = Elements(execution, input).Select(row => row is IReadOnlyList<object?> list && row is not string
            ? list
            : throw Access.CannotIndex(execution, row, 0)).ToList();
        var width = rows.Count == 0 ? 0 : rows.Max(row => row.Count);
        execution.ChargeArray((long)width * rows.Count);
        return [.. Enumerable.Range(0, width).Select(column => (object?)rows.Select(row => column < row.Count ? row[column] : null).ToList())];
    }

    private static List<object?> Sort(Execution execution, object? input)
    {
        var list = Require.Array(execution, input, "sort", () => $"{execution.Describe(input)} cannot be sorted, as it is not an array");
        ChargeSort(execution, list.Count);
        return [.. list.Order(ValueOrder.Sorting)];
    }

    private static void ChargeSort(Execution execution, int count) => execution.Charge(count * (long)(System.Numerics.BitOperations.Log2((uint)count + 1) + 1));

    // The first of equal elements is the least, the last of them the greatest.
    private static object? Extreme(Execution execution, object? input, string name, int sign)
    {
        var list = Require.Array(execution, input, name, () => $"{execution.Describe(input)} and {execution.Describe(input)} cannot be iterated over");
        execution.Charge(list.Count);
        return ExtremeBy([.. list.Select(item => new Keyed(item, item))], sign);
    }

    private static object? ExtremeBy(IReadOnlyList<Keyed> keyed, int sign)
    {
        if (keyed.Count == 0)
        {
            return null;
        }

        var best = keyed[0];
        foreach (var candidate in keyed.Skip(1))
        {
            var order = ValueOrder.Between(candidate.Key, best.Key) * sign;
            if (order > 0 || (order == 0 && sign > 0))
            {
                best = candidate;
            }
        }

        return best.Value;
    }

    private static object SortBy(IReadOnlyList<Keyed> keyed) =>
        keyed.OrderBy(item => item.Key, ValueOrder.Sorting).Select(item => item.Value).ToList();

    private static object GroupBy(IReadOnlyList<Keyed> keyed) => Groups(keyed).Select(group => (object?)group.ConvertAll(item => item.Value)).ToList();

    private static object UniqueBy(IReadOnlyList<Keyed> keyed) => Groups(keyed).Select(group => group[0].Value).ToList();

    private static List<List<Keyed>> Groups(IReadOnlyList<Keyed> keyed)
    {
        var groups = new List<List<Keyed>>();
        foreach (var item in keyed.OrderBy(item => item.Key, ValueOrder.Sorting))
        {
            if (groups.Count == 0 || !ValueOrder.AreEqual(groups[^1][0].Key, item.Key))
            {
                groups.Add([]);
            }

            groups[^1].Add(item);
        }

        return groups;
    }

    // The position when found, else −1 − the position at which it would stand.
    private static object BinarySearch(Execution execution, object? input, object?[] arguments)
    {
        if (input is not IReadOnlyList<object?> list || input is string)
        {
            throw Access.CannotIndex(execution, input, 0);
        }

        int low = 0, high = list.Count - 1;
        while (low <= high)
        {
            execution.Step();
            var middle = low + ((high - low) / 2);
            var order = ValueOrder.Between(list[middle], arguments[0]);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1 - low;
    }

    /// <summary>An element with what it is sorted by: all results of the key filter.</summary>
    private sealed record Keyed(object? Key, object? Value);

    private sealed class KeyedFilter(string name, Filter key, Func<IReadOnlyList<Keyed>, object?> combine) : ValueFilter
    {
        protected override object? Compute(Env env, object? input)
        {
            var execution = env.Execution;
            var list = Require.Array(execution, input, name, () => NotIterable(env, input));
            ChargeSort(execution, list.Count);
            return combine([.. list.Select(item => new Keyed(KeyOf(env, item), item))]);
        }

        // A single key stands for itself: one element decides an order as the list of it would.
        private object? KeyOf(Env env, object? item) => key.IsSingle ? key.Value(env, item) : key.Values(env, item).ToList();

        // An object is iterated for its keys before the array is missed, so the message shows them.
        private string NotIterable(Env env, object? input)
        {
            var execution = env.Execution;
            if (input is not IReadOnlyDictionary<string, object?> map)
            {
                return $"Cannot iterate over {execution.Describe(input)}";
            }

            var keys = map.Values.Select(item => (object?)key.Values(env, item).ToList()).ToList();
            var missed = name is "min_by" or "max_by" ? "iterated over" : "sorted, as they are not both arrays";
            return $"{execution.Describe(input)} and {execution.Describe(keys)} cannot be {missed}";
        }
    }
}
