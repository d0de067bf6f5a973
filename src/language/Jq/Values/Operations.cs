using System.Text;
using Kestra.Jq.Runtime;

namespace Kestra.Jq.Values;

/// <summary>An operator on two values.</summary>
internal delegate object? Operation(Execution execution, object? left, object? right);

/// <summary>The operators by their symbols.</summary>
internal static class Operations
{
    public static Operation Find(string symbol) => symbol switch
    {
        "+" => Add,
        "-" => Subtract,
        "*" => Multiply,
        "/" => Divide,
        "%" => Remainder,
        "==" => static (_, left, right) => ValueOrder.AreEqual(left, right),
        "!=" => static (_, left, right) => !ValueOrder.AreEqual(left, right),
        "<" => static (_, left, right) => ValueOrder.Between(left, right) < 0,
        "<=" => static (_, left, right) => ValueOrder.Between(left, right) <= 0,
        ">" => static (_, left, right) => ValueOrder.Between(left, right) > 0,
        ">=" => static (_, left, right) => ValueOrder.Between(left, right) >= 0,
        _ => throw new ArgumentOutOfRangeException(nameof(symbol), symbol, "no operator"),
    };

    public static object? Add(Execution execution, object? left, object? right)
    {
        switch (left, right)
        {
            case (null, _):
                return right;
            case (_, null):
                return left;
            case (string one, string two):
                execution.ChargeText((long)one.Length + two.Length);
                return one + two;
            case (IReadOnlyDictionary<string, object?> one, IReadOnlyDictionary<string, object?> two):
                return Merge(execution, one, two);
            case (IReadOnlyList<object?> one, IReadOnlyList<object?> two):
                return Concat(execution, one, two);
            case var _ when ValueKinds.IsNumber(left) && ValueKinds.IsNumber(right):
                return Numbers.Add(left, right);
            default:
                throw Fault(execution, left, right, "added");
        }
    }

    private static object? Subtract(Execution execution, object? left, object? right)
    {
        if (ValueKinds.IsNumber(left) && ValueKinds.IsNumber(right))
        {
            return Numbers.Subtract(left!, right!);
        }

        if (left is IReadOnlyList<object?> list && right is IReadOnlyList<object?> removed)
        {
            return Without(execution, list, removed);
        }

        throw Fault(execution, left, right, "subtracted");
    }

    private static object? Multiply(Execution execution, object? left, object? right)
    {
        switch (left, right)
        {
            case var _ when ValueKinds.IsNumber(left) && ValueKinds.IsNumber(right):
                return Numbers.Multiply(left!, right!);
            case (string text, _) when ValueKinds.IsNumber(right):
                return Repeat(execution, text, Numbers.ToDouble(right));
            case (_, string text) when ValueKinds.IsNumber(left):
                return Repeat(execution, text, Numbers.ToDouble(left));
            case (IReadOnlyDictionary<string, object?> one, IReadOnlyDictionary<string, object?> two):
                return MergeDeep(execution, one, two);
            default:
                throw Fault(execution, left, right, "multiplied");
        }
    }

    private static object? Divide(Execution execution, object? left, object? right)
    {
        if (ValueKinds.IsNumber(left) && ValueKinds.IsNumber(right))
        {
            return Numbers.ToDouble(right) == 0
                ? throw Fault(execution, left, right, "divided because the divisor is zero")
                : Numbers.Divide(left!, right!);
        }

        return left is string text && right is string separator ? Split(execution, text, separator) : throw Fault(execution, left, right, "divided");
    }

    private static object? Remainder(Execution execution, object? left, object? right)
    {
        if (!ValueKinds.IsNumber(left) || !ValueKinds.IsNumber(right))
        {
            throw Fault(execution, left, right, "divided (remainder)");
        }

        var divisor = Numbers.Truncate(right!);
        return divisor == 0
            ? throw Fault(execution, left, right, "divided (remainder) because the divisor is zero")
            : Numbers.Remainder(Numbers.Truncate(left!), divisor);
    }

    /// <summary>Cuts a text at every separator; an empty one cuts between code points, and an empty text has no parts.</summary>
    public static List<object?> Split(Execution execution, string text, string separator)
    {
        execution.ChargeText(text.Length);
        if (text.Length == 0)
        {
            return [];
        }

        var parts = separator.Length == 0
            ? text.EnumerateRunes().Select(rune => (object?)rune.ToString()).ToList()
            : [.. text.Split(separator)];
        execution.ChargeArray(parts.Count);
        return parts;
    }

    private static List<object?> Concat(Execution execution, IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        execution.ChargeArray((long)left.Count + right.Count);
        var list = new List<object?>(left.Count + right.Count);
        list.AddRange(left);
        list.AddRange(right);
        return list;
    }

    private static OrderedDictionary<string, object?> Merge(
        Execution execution, IReadOnlyDictionary<string, object?> left, IReadOnlyDictionary<string, object?> right)
    {
        execution.ChargeObject(left.Count + right.Count);
        var map = new OrderedDictionary<string, object?>(left);
        foreach (var (name, value) in right)
        {
            map[name] = value;
        }

        return map;
    }

    private static OrderedDictionary<string, object?> MergeDeep(
        Execution execution, IReadOnlyDictionary<string, object?> left, IReadOnlyDictionary<string, object?> right)
    {
        StackGuard.Check();
        execution.ChargeObject(left.Count + right.Count);
        var map = new OrderedDictionary<string, object?>(left);
        foreach (var (name, value) in right)
        {
            map[name] = value is IReadOnlyDictionary<string, object?> inner
                && left.TryGetValue(name, out var existing) && existing is IReadOnlyDictionary<string, object?> outer
                ? MergeDeep(execution, outer, inner)
                : value;
        }

        return map;
    }

    private static List<object?> Without(Execution execution, IReadOnlyList<object?> list, IReadOnlyList<object?> removed)
    {
        var kept = new List<object?>();
        foreach (var item in list)
        {
            execution.Charge(removed.Count + 1);
            if (!removed.Any(other => ValueOrder.AreEqual(item, other)))
            {
                kept.Add(item);
            }
        }

        return kept;
    }

    // Less than one time at all is null; between one and two times is once.
    private static string? Repeat(Execution execution, string text, double times)
    {
        if (!(times > 0))
        {
            return null;
        }

        var count = Math.Max(1, Math.Truncate(times));
        if (text.Length == 0)
        {
            return "";
        }

        execution.ChargeText(count * text.Length > int.MaxValue ? int.MaxValue : (long)count * text.Length);
        return new StringBuilder().Insert(0, text, (int)count).ToString();
    }

    private static JqException Fault(Execution execution, object? left, object? right, string what) =>
        JqException.Runtime($"{execution.Describe(left)} and {execution.Describe(right)} cannot be {what}");
}
