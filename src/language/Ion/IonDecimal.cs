using System.Globalization;
using System.Numerics;

namespace Kestra.Ion;

/// <summary>The value for a decimal of Ion, which has no bounds, unlike <see cref="decimal"/>.</summary>
internal static class IonDecimal
{
    private const int MaxScale = 28;
    private static readonly BigInteger Limit = (BigInteger)decimal.MaxValue;

    /// <summary>
    /// unscaled × 10^exponent as a <see cref="decimal"/> with its scale kept; the nearest <see cref="double"/>
    /// when no decimal holds the number exactly.
    /// </summary>
    /// <exception cref="FormatException">The number is too large for a double as well.</exception>
    public static object Create(BigInteger unscaled, long exponent)
    {
        var (digits, power) = (unscaled, exponent);
        while (power < -MaxScale || (power < 0 && BigInteger.Abs(digits) > Limit))
        {
            var shorter = BigInteger.DivRem(digits, 10, out var rest);
            if (!rest.IsZero || digits.IsZero)
            {
                break;
            }

            (digits, power) = (shorter, power + 1);
        }

        if (digits.IsZero)
        {
            return new decimal(0, 0, 0, isNegative: false, (byte)Math.Clamp(-exponent, 0, MaxScale));
        }

        if (power is > 0 and <= MaxScale)
        {
            (digits, power) = (digits * BigInteger.Pow(10, (int)power), 0);
        }

        return power is >= -MaxScale and <= 0 && BigInteger.Abs(digits) <= Limit
            ? Exact(digits, (byte)-power)
            : Nearest(unscaled, exponent);
    }

    private static decimal Exact(BigInteger digits, byte scale)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits((decimal)BigInteger.Abs(digits), bits);
        return new decimal(bits[0], bits[1], bits[2], digits.Sign < 0, scale);
    }

    private static double Nearest(BigInteger unscaled, long exponent)
    {
        var text = $"{unscaled.ToString(CultureInfo.InvariantCulture)}e{exponent.ToString(CultureInfo.InvariantCulture)}";
        var value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? value : throw new FormatException("The decimal is too large");
    }
}
