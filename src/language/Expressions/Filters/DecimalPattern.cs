using System.Globalization;
using System.Numerics;
using System.Text;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Filters;

/// <summary>A pattern of Java's <c>DecimalFormat</c>, with the signs of American English.</summary>
internal sealed class DecimalPattern
{
    private const int DigitLimit = 1000;

    private string prefix = "";
    private string suffix = "";
    private string negativePrefix = "-";
    private string negativeSuffix = "";
    private int minimumInteger;
    private int maximumInteger = int.MaxValue;
    private int minimumFraction;
    private int maximumFraction;
    private int grouping;
    private int multiplier = 1;
    private int exponentDigits;
    private bool showsPoint;

    private DecimalPattern()
    {
    }

    /// <exception cref="ConversionException">The pattern is malformed.</exception>
    public static DecimalPattern Parse(string pattern) => new DecimalPatternParser(pattern).Parse();

    internal void SetAffixes(string before, string after, int times) => (prefix, suffix, multiplier, negativePrefix, negativeSuffix) = (before, after, times, "-" + before, after);

    internal void SetNegative(string before, string after)
    {
        if (before != prefix || after != suffix)
        {
            (negativePrefix, negativeSuffix) = (before, after);
        }
    }

    internal void SetDigits(int left, int zeros, int right, int point, int groups, int exponent)
    {
        var total = left + zeros + right;
        if (total > DigitLimit)
        {
            throw new ConversionException($"A number pattern has at most {DigitLimit} digits");
        }

        var integer = point >= 0 ? point : total;
        minimumInteger = integer - left;
        maximumInteger = exponent > 0 ? left + minimumInteger : int.MaxValue;
        maximumFraction = point >= 0 ? total - point : 0;
        minimumFraction = point >= 0 ? left + zeros - point : 0;
        grouping = Math.Max(groups, 0);
        exponentDigits = exponent;
        showsPoint = point == 0 || point == total;
    }

    internal static DecimalPattern WithoutDigits() => new() { maximumFraction = 340 };

    internal static DecimalPattern New() => new();

    public string Format(object number)
    {
        if (number is double or float && ValueConversion.ToDouble(number) is var wide && !double.IsFinite(wide))
        {
            return double.IsNaN(wide) ? "NaN" : wide > 0 ? prefix + "∞" + suffix : negativePrefix + "∞" + negativeSuffix;
        }

        var (value, isNegative) = Exact(number);
        var digits = exponentDigits > 0 ? Scientific(value) : Plain(value);
        return isNegative ? negativePrefix + digits + negativeSuffix : prefix + digits + suffix;
    }

    // Without sign, multiplied; a double as it is in binary, so that rounding sees what it is and not what it looks like.
    private (JavaDecimal Value, bool IsNegative) Exact(object number)
    {
        var value = number switch
        {
            double wide => Binary(wide * multiplier),
            float single => Binary((double)single * multiplier),
            JavaDecimal exact => exact with { Unscaled = exact.Unscaled * multiplier },
            decimal exact => JavaDecimal.Of(exact) is var given ? given with { Unscaled = given.Unscaled * multiplier } : default,
            BigInteger big => new JavaDecimal(big * multiplier, 0),
            _ => new JavaDecimal(new BigInteger(ValueConversion.ToLong(number)) * multiplier, 0),
        };
        var isNegative = value.Unscaled.Sign < 0 || (number is double or float && double.IsNegative(ValueConversion.ToDouble(number)));
        return (value with { Unscaled = BigInteger.Abs(value.Unscaled) }, isNegative);
    }

    private static JavaDecimal Binary(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xf_ffff_ffff_ffff;
        mantissa = exponent == 0 ? mantissa : mantissa | 0x10_0000_0000_0000;
        var power = Math.Max(exponent, 1) - 1075;
        var signed = bits < 0 ? -mantissa : mantissa;
        return power >= 0
            ? new JavaDecimal(signed * BigInteger.Pow(2, power), 0)
            : new JavaDecimal(signed * BigInteger.Pow(5, -power), -power);
    }

    private string Plain(JavaDecimal value)
    {
        var rounded = Rounded(value, maximumFraction);
        var text = rounded.ToString(CultureInfo.InvariantCulture).PadLeft(maximumFraction + 1, '0');
        var whole = text[..^maximumFraction].TrimStart('0').PadLeft(minimumInteger, '0');
        var fraction = text[^maximumFraction..].TrimEnd('0').PadRight(minimumFraction, '0');
        if (whole.Length == 0 && fraction.Length == 0)
        {
            whole = "0";
        }

        return Grouped(whole) + (fraction.Length > 0 || showsPoint ? "." : "") + fraction;
    }

    private string Grouped(string whole)
    {
        if (grouping == 0)
        {
            return whole;
        }

        var text = new StringBuilder(whole);
        for (var at = whole.Length - grouping; at > 0; at -= grouping)
        {
            text.Insert(at, ',');
        }

        return text.ToString();
    }

    // value = 0.digits × 10^point; maximumInteger + maximumFraction digits count.
    private string Scientific(JavaDecimal value)
    {
        var (digits, point) = Significant(value, maximumInteger + maximumFraction);
        var (exponent, integers) = (point, minimumInteger);
        if (maximumInteger > 1 && maximumInteger > minimumInteger)
        {
            // The exponent is a multiple of the digits before the point.
            exponent = (exponent >= 1 ? (exponent - 1) / maximumInteger : (exponent - maximumInteger) / maximumInteger) * maximumInteger;
            integers = 1;
        }
        else
        {
            exponent -= integers;
        }

        var isZero = digits.Length == 0;
        var before = isZero ? integers : point - exponent;
        exponent = isZero ? 0 : exponent;
        var text = digits.PadRight(Math.Max(Math.Max(minimumInteger + minimumFraction, before), digits.Length), '0');
        var mantissa = text.Length > before ? $"{text[..before]}.{text[before..]}" : showsPoint ? text + "." : text;
        return $"{mantissa}E{(exponent < 0 ? "-" : "")}{Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).PadLeft(exponentDigits, '0')}";
    }

    private static (string Digits, int Point) Significant(JavaDecimal value, int count)
    {
        if (value.Unscaled.IsZero)
        {
            return ("", 0);
        }

        var length = value.Unscaled.ToString(CultureInfo.InvariantCulture).Length;
        var point = length - value.Scale;
        var rounded = count == 0 ? value.Unscaled : Rounded(value, count - point);
        var text = rounded.ToString(CultureInfo.InvariantCulture);
        return (text.TrimEnd('0'), count == 0 || text.Length <= count ? point : point + 1);
    }

    // Digits up to the given place after the point, half to even.
    private static BigInteger Rounded(JavaDecimal value, int places) => places >= value.Scale
        ? value.Unscaled * BigInteger.Pow(10, places - value.Scale)
        : JavaDecimal.DivideHalfEven(value.Unscaled, BigInteger.Pow(10, value.Scale - places));
}
