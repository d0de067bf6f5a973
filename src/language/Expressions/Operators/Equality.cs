using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Equality: scalars by number, everything else by type and value.</summary>
internal static class Equality
{
    public static bool Loose(object? left, object? right) => ValueConversion.IsNumber(left) && ValueConversion.IsNumber(right)
        ? ValueConversion.ToDouble(left!).Equals(ValueConversion.ToDouble(right!))
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
            case (StringArray, _) or (_, StringArray):
                return false;
            case (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b):
                return a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && Exact(pair.Value, other));
            case (IReadOnlyList<object?> a, IReadOnlyList<object?> b):
                return a.Count == b.Count && a.Zip(b).All(pair => Exact(pair.First, pair.Second));
            default:
                return left.GetType() == right.GetType() && left.Equals(right);
        }
    }
}
