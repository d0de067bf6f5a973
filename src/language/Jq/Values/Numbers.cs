using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Kestra.Jq.Values;

/// <summary>Arithmetic. Whole numbers stay whole while they fit into 64 bits; a result of a fractional operation that is whole becomes whole.</summary>
internal static class Numbers
{
    private const double TwoTo63 = 9223372036854775808.0;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789+-.eE");

    public static double ToDouble(object? number) => number switch
    {
        int value => value,
        double value => value,
        long value => value,
        BigInteger value => (double)value,
        decimal value => (double)value,
        float value => value,
        _ => throw new ArgumentException("not a number", nameof(number)),
    };

    public static object Whole(long value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : value;

    /// <summary>A whole value that fits into 64 bits becomes an integer; everything else stays.</summary>
    public static object Normal(double value) =>
        value >= -TwoTo63 && value < TwoTo63 && Math.Truncate(value) == value ? Whole((long)value) : value;

    public static object Add(object left, object right)
    {
        if (TryWhole(left, out var first) && TryWhole(right, out var second))
        {
            var sum = unchecked(first + second);
            if (((first ^ sum) & (second ^ sum)) >= 0)
            {
                return Whole(sum);
            }
        }

        return Normal(ToDouble(left) + ToDouble(right));
    }

    public static object Subtract(object left, object right)
    {
        if (TryWhole(left, out var first) && TryWhole(right, out var second))
        {
            var difference = unchecked(first - second);
            if (((first ^ second) & (first ^ difference)) >= 0)
            {
                return Whole(difference);
            }
        }

        return Normal(ToDouble(left) - ToDouble(right));
    }

    public static object Multiply(object left, object right)
    {
        if (TryWhole(left, out var first) && TryWhole(right, out var second))
        {
            var product = (Int128)first * second;
            if (product >= long.MinValue && product <= long.MaxValue)
            {
                return Whole((long)product);
            }
        }

        return Normal(ToDouble(left) * ToDouble(right));
    }

    public static object Divide(object left, object right)
    {
        if (TryWhole(left, out var first) && TryWhole(right, out var second) && second != -1 && first % second == 0)
        {
            return Whole(first / second);
        }

        return Normal(ToDouble(left) / ToDouble(right));
    }

    /// <summary>The remainder of the whole parts, with the sign of the dividend. The divisor is not zero.</summary>
    public static object Remainder(long left, long right) => right == -1 ? 0 : Whole(left % right);

    public static object Negate(object number) =>
        TryWhole(number, out var whole) && whole != long.MinValue ? Whole(-whole) : Normal(-ToDouble(number));

    public static object Absolute(object number) => Order(number, 0) < 0 ? Negate(number) : number;

    /// <summary>The whole part, held inside 64 bits; not a number is 0.</summary>
    public static long Truncate(object number) => TryWhole(number, out var whole) ? whole : SaturatedLong(ToDouble(number));

    /// <summary>Not a number sorts below every number, itself included.</summary>
    public static int Order(object left, object right)
    {
        if (TryWhole(left, out var first) && TryWhole(right, out var second))
        {
            return first.CompareTo(second);
        }

        if (left is BigInteger large && right is BigInteger other)
        {
            return large.CompareTo(other);
        }

        double one = ToDouble(left), two = ToDouble(right);
        return one < two || double.IsNaN(one) ? -1 : one == two ? 0 : 1;
    }

    /// <summary>Reads a number as JSON writes it; a sign and a bare decimal point are allowed.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out object number)
    {
        const NumberStyles fraction = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        number = 0;
        if (text.IsEmpty || text[0] == '+' || text.ContainsAnyExcept(NumberCharacters))
        {
            return false;
        }

        if (text.IndexOfAny("eE.") < 0)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            {
                number = Whole(whole);
                return true;
            }

            // Ten thousand digits are more than anybody means, and their conversion takes quadratic time.
            if (text.Length <= 1_000 && BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large))
            {
                number = large;
                return true;
            }
        }

        if (!double.TryParse(text, fraction, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        number = value;
        return true;
    }

    private static bool TryWhole(object number, out long whole)
    {
        switch (number)
        {
            case int value:
                whole = value;
                return true;
            case long value:
                whole = value;
                return true;
            default:
                whole = 0;
                return false;
        }
    }

    private static long SaturatedLong(double value) =>
        double.IsNaN(value) ? 0 : value >= TwoTo63 ? long.MaxValue : value <= -TwoTo63 ? long.MinValue : (long)value;
}
