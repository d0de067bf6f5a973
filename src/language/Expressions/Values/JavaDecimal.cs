using System.Globalization;
using System.Numerics;

namespace Kestra.Expressions.Values;

/// <summary>A decimal number of any size that keeps its scale: <see cref="Unscaled"/> × 10^-<see cref="Scale"/>.</summary>
internal readonly record struct JavaDecimal(BigInteger Unscaled, int Scale)
{
    // Digits of a result of multiplication and division.
    private const int Precision = 34;

    // More would let a few characters of input fill the memory.
    private const int ScaleLimit = 100_000;

    public static JavaDecimal Of(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var unscaled = new BigInteger(new decimal(bits[0], bits[1], bits[2], number < 0, 0));
        return new JavaDecimal(unscaled, number.Scale);
    }

    /// <summary>The shortest decimal text of the number, as a decimal.</summary>
    public static JavaDecimal Of(double number) => double.IsFinite(number)
        ? Parse(ValueText.Java(number))
        : throw new FormatException($"{ValueText.Java(number)} is not a decimal number");

    /// <exception cref="FormatException">The text is not a decimal number.</exception>
    public static JavaDecimal Parse(string text)
    {
        var end = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = end < 0 ? text : text[..end];
        var exponent = end < 0 ? 0 : int.Parse(text.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var scale = point < 0 ? 0 : mantissa.Length - point - 1;
        var digits = point < 0 ? mantissa : mantissa.Remove(point, 1);
        if (digits.Length == 0 || !char.IsAsciiDigit(digits[^1]))
        {
            throw new FormatException($"'{text}' is not a number");
        }

        var unscaled = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var total = (long)scale - exponent;
        return Math.Abs(total) <= ScaleLimit ? new JavaDecimal(unscaled, (int)total) : throw new OverflowException($"The exponent of {text} is too large");
    }

    public static JavaDecimal operator +(JavaDecimal left, JavaDecimal right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        return new JavaDecimal(left.At(scale) + right.At(scale), scale);
    }

    public static JavaDecimal operator -(JavaDecimal left, JavaDecimal right) => left + -right;

    public static JavaDecimal operator -(JavaDecimal number) => number with { Unscaled = -number.Unscaled };

    public static JavaDecimal operator *(JavaDecimal left, JavaDecimal right) => new JavaDecimal(left.Unscaled * right.Unscaled, left.Scale + right.Scale).Rounded();

    public static JavaDecimal operator /(JavaDecimal left, JavaDecimal right)
    {
        if (right.Unscaled.IsZero)
        {
            throw new DivideByZeroException("Division by zero");
        }

        var preferred = left.Scale - right.Scale;
        if (left.Unscaled.IsZero)
        {
            return new JavaDecimal(BigInteger.Zero, preferred);
        }

        // Enough digits that one more than the precision is known, and a last one that tells whether there is a rest.
        var shift = Math.Max(0, Precision + 3 + Digits(right.Unscaled) - Digits(left.Unscaled));
        var quotient = BigInteger.DivRem(left.Unscaled * BigInteger.Pow(10, shift), right.Unscaled, out var rest);
        var sticky = rest.IsZero ? quotient : (quotient * 10) + (left.Unscaled.Sign * right.Unscaled.Sign);
        var scale = preferred + shift + (rest.IsZero ? 0 : 1);
        return new JavaDecimal(sticky, scale).Rounded().Stripped(preferred);
    }

    public static JavaDecimal operator %(JavaDecimal left, JavaDecimal right)
    {
        var scale = Math.Max(left.Scale, right.Scale);
        var divisor = right.At(scale);
        return divisor.IsZero ? throw new DivideByZeroException("Division by zero") : new JavaDecimal(BigInteger.Remainder(left.At(scale), divisor), scale);
    }

    public double ToDouble() => double.Parse($"{Unscaled.ToString(CultureInfo.InvariantCulture)}E{(-Scale).ToString(CultureInfo.InvariantCulture)}", NumberStyles.Float, CultureInfo.InvariantCulture);

    public BigInteger Truncated() => Scale <= 0 ? Unscaled * BigInteger.Pow(10, -Scale) : BigInteger.Divide(Unscaled, BigInteger.Pow(10, Scale));

    /// <summary>A <see cref="decimal"/> when one holds it exactly, else the nearest double.</summary>
    public object ToValue() => decimal.TryParse(ToString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var number) && Of(number) == this ? number : ToDouble();

    /// <summary>Plain notation with the scale kept.</summary>
    public override string ToString()
    {
        if (Scale <= 0)
        {
            return (Unscaled * BigInteger.Pow(10, -Scale)).ToString(CultureInfo.InvariantCulture);
        }

        var digits = BigInteger.Abs(Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        return $"{(Unscaled.Sign < 0 ? "-" : "")}{digits[..^Scale]}.{digits[^Scale..]}";
    }

    private BigInteger At(int scale) => Unscaled * BigInteger.Pow(10, scale - Scale);

    private static int Digits(BigInteger number) => BigInteger.Abs(number).ToString(CultureInfo.InvariantCulture).Length;

    private JavaDecimal Rounded()
    {
        var surplus = Digits(Unscaled) - Precision;
        if (surplus <= 0)
        {
            return this;
        }

        var rounded = new JavaDecimal(DivideHalfEven(Unscaled, BigInteger.Pow(10, surplus)), Scale - surplus);
        return rounded.Rounded();
    }

    public static BigInteger DivideHalfEven(BigInteger number, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(number, divisor, out var rest);
        var half = BigInteger.Abs(rest * 2).CompareTo(BigInteger.Abs(divisor));
        return half > 0 || (half == 0 && !quotient.IsEven) ? quotient + (number.Sign * divisor.Sign) : quotient;
    }

    private JavaDecimal Stripped(int preferred)
    {
        var (unscaled, scale) = (Unscaled, Scale);
        while (scale > preferred)
        {
            var shorter = BigInteger.DivRem(unscaled, 10, out var rest);
            if (!rest.IsZero)
            {
                break;
            }

            (unscaled, scale) = (shorter, scale - 1);
        }

        return new JavaDecimal(unscaled, scale);
    }
}
