using System.Numerics;
using System.Runtime.CompilerServices;
using Kestra.Expressions.Operators;

namespace Kestra.Expressions.Values;

/// <summary>Equality by type and value, and the hash codes that give hash tables their order.</summary>
internal static class ValueIdentity
{
    /// <summary>Stands for a null key.</summary>
    public static object Null { get; } = new();

    public static IEqualityComparer<object> Comparer { get; } = new ExactComparer();

    public static int JavaHash(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value switch
        {
            null => 0,
            string text => OfText(text),
            bool flag => flag ? 1231 : 1237,
            int number => number,
            long number => Fold(number),
            char character => character,
            double number => Fold(BitConverter.DoubleToInt64Bits(number)),
            float number => BitConverter.SingleToInt32Bits(number),
            BigInteger number => OfBig(number),
            JavaDecimal number => unchecked((31 * OfBig(number.Unscaled)) + number.Scale),
            decimal number => JavaHash(JavaDecimal.Of(number)),
            MapEntry entry => JavaHash(entry.Key) ^ JavaHash(entry.Value),
            HashMapValue map => map.Entries.Aggregate(0, static (sum, entry) => unchecked(sum + (JavaHash(entry.Key) ^ JavaHash(entry.Value)))),
            IReadOnlyDictionary<string, object?> map => map.Aggregate(0, static (sum, pair) => unchecked(sum + (OfText(pair.Key) ^ JavaHash(pair.Value)))),
            StringArray => RuntimeHelpers.GetHashCode(value),
            IReadOnlyList<object?> list => list.Aggregate(1, static (hash, item) => unchecked((31 * hash) + JavaHash(item))),
            _ => value.GetHashCode(),
        };
    }

    private static int OfText(string text)
    {
        var hash = 0;
        foreach (var unit in text)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return hash;
    }

    private static int Fold(long bits) => unchecked((int)(bits ^ (long)((ulong)bits >> 32)));

    private static int OfBig(BigInteger number)
    {
        var magnitude = BigInteger.Abs(number).ToByteArray(isUnsigned: true, isBigEndian: true);
        var hash = 0;
        var first = magnitude.Length % 4;
        for (var start = first == 0 ? 0 : first - 4; start < magnitude.Length; start += 4)
        {
            var word = 0;
            for (var index = Math.Max(start, 0); index < start + 4; index++)
            {
                word = (word << 8) | magnitude[index];
            }

            hash = unchecked((31 * hash) + word);
        }

        return unchecked(hash * number.Sign);
    }

    private sealed class ExactComparer : IEqualityComparer<object>
    {
        bool IEqualityComparer<object>.Equals(object? x, object? y) => Equality.Exact(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => ReferenceEquals(obj, Null) ? 0 : JavaHash(obj);
    }
}
