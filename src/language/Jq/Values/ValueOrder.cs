using System.Runtime.CompilerServices;

namespace Kestra.Jq.Values;

/// <summary>The total order of values: by kind, then numbers by size, texts by code units, arrays by element, objects by their sorted names and then by value.</summary>
internal sealed class ValueOrder : IComparer<object?>
{
    /// <summary>For sorting: not a number equals itself, as a sort needs.</summary>
    public static ValueOrder Sorting { get; } = new();

    public int Compare(object? x, object? y) => x is double.NaN && y is double.NaN ? 0 : Between(x, y);

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (string one, string two) => string.Equals(one, two, StringComparison.Ordinal),
        (int one, int two) => one == two,
        _ => Between(left, right) == 0,
    };

    /// <summary>Negative when left comes first, zero when both are equal. Not a number comes before itself.</summary>
    public static int Between(object? left, object? right)
    {
        var kind = ValueKinds.Of(left);
        var other = ValueKinds.Of(right);
        if (kind != other)
        {
            return kind.CompareTo(other);
        }

        return kind switch
        {
            ValueKind.Number => Numbers.Order(left!, right!),
            ValueKind.Text => string.CompareOrdinal((string)left!, (string)right!),
            ValueKind.Array => Arrays((IReadOnlyList<object?>)left!, (IReadOnlyList<object?>)right!),
            ValueKind.Object => Objects((IReadOnlyDictionary<string, object?>)left!, (IReadOnlyDictionary<string, object?>)right!),
            _ => 0,
        };
    }

    private static int Arrays(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        StackGuard.Check();
        var common = Math.Min(left.Count, right.Count);
        for (var i = 0; i < common; i++)
        {
            var order = Between(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int Objects(IReadOnlyDictionary<string, object?> left, IReadOnlyDictionary<string, object?> right)
    {
        StackGuard.Check();
        var names = SortedNames(left);
        var others = SortedNames(right);
        var common = Math.Min(names.Length, others.Length);
        for (var i = 0; i < common; i++)
        {
            var order = string.CompareOrdinal(names[i], others[i]);
            if (order != 0)
            {
                return order;
            }
        }

        if (names.Length != others.Length)
        {
            return names.Length.CompareTo(others.Length);
        }

        foreach (var name in names)
        {
            var order = Between(left[name], right[name]);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    public static string[] SortedNames(IReadOnlyDictionary<string, object?> map)
    {
        var names = map.Keys.ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }
}

/// <summary>Turns the end of the stack, which would end the process, into an error of the run.</summary>
internal static class StackGuard
{
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw JqException.Limit("the program or a value nests too deep");
        }
    }
}
