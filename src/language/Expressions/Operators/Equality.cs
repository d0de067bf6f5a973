using System.Runtime.CompilerServices;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Equality: scalars by number, everything else by type and value.</summary>
internal static class Equality
{
    public static bool Loose(object? left, object? right) => ValueConversion.IsNumber(left) && ValueConversion.IsNumber(right)
        ? ValueConversion.ToDouble(left!) == ValueConversion.ToDouble(right!)
        : Exact(left, right);

    public static bool Exact(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        switch (left, right)
        {
            case (null, _) or (_, null):
                return false;
            case (string a, string b):
                return a == b;
            case (SafeString, _) or (_, SafeString) or (StringArray, _) or (_, StringArray):
                return false;
            case (decimal or JavaDecimal, decimal or JavaDecimal):
                return AsDecimal(left) == AsDecimal(right);
            case (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b):
                return SameEntries(a, b);
            case (IReadOnlyList<object?> a, IReadOnlyList<object?> b):
                return SameItems(a, b);
            case (ValueCollection { IsSet: true } a, ValueCollection { IsSet: true } b):
                return a.Count == b.Count && a.Items.ToHashSet(KeyComparer).SetEquals(b.Items);
            case (MapEntry a, MapEntry b):
                return Exact(a.Key, b.Key) && Exact(a.Value, b.Value);
            case (ValueCollection, _) or (LoopValue, _):
                return false;
            default:
                return left.GetType() == right.GetType() && left.Equals(right);
        }
    }

    private static IEqualityComparer<object?> KeyComparer { get; } = EqualityComparer<object?>.Create(Exact, static value => ValueIdentity.JavaHash(value));

    private static JavaDecimal AsDecimal(object value) => value is decimal number ? JavaDecimal.Of(number) : (JavaDecimal)value;

    private static bool SameEntries(IReadOnlyDictionary<string, object?> left, IReadOnlyDictionary<string, object?> right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.Count != right.Count)
        {
            return false;
        }

        if (left is HashMapValue typed)
        {
            return typed.Entries.All(entry => TryGet(right, entry.Key, out var other) && Exact(entry.Value, other));
        }

        return left.All(pair => TryGet(right, pair.Key, out var other) && Exact(pair.Value, other));
    }

    private static bool TryGet(IReadOnlyDictionary<string, object?> map, object? key, out object? value)
    {
        if (map is HashMapValue typed)
        {
            return typed.TryGetExact(key, out value);
        }

        value = null;
        return key is string name && map.TryGetValue(name, out value);
    }

    private static bool SameItems(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var index = 0; index < left.Count; index++)
        {
            if (!Exact(left[index], right[index]))
            {
                return false;
            }
        }

        return true;
    }
}
