using System.Globalization;
using System.Numerics;

namespace Kestra.Jq.Values;

/// <summary>The text of a number, which differs between the dialects.</summary>
internal static class NumberText
{
    public static string Format(object number, JqDialect dialect) => number switch
    {
        int value => value.ToString(CultureInfo.InvariantCulture),
        long value when dialect == JqDialect.Kestra || Math.Abs((double)value) < 1e15 => value.ToString(CultureInfo.InvariantCulture),
        BigInteger value when dialect == JqDialect.Kestra => value.ToString(CultureInfo.InvariantCulture),
        decimal value when dialect == JqDialect.Kestra => value.ToString(CultureInfo.InvariantCulture),
        _ => FormatDouble(Numbers.ToDouble(number), dialect),
    };

    private static string FormatDouble(double value, JqDialect dialect)
    {
        if (!double.IsFinite(value))
        {
            return dialect == JqDialect.Jq16
                ? double.IsNaN(value) ? "null" : FormatDouble(value > 0 ? double.MaxValue : double.MinValue, dialect)
                : double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
        }

        var sign = double.IsNegative(value) ? "-" : "";
        if (value == 0)
        {
            return sign + (dialect == JqDialect.Kestra ? "0.0" : "0");
        }

        var (digits, exponent) = Split(Math.Abs(value));
        return sign + (dialect == JqDialect.Kestra ? Java(digits, exponent) : Jq(digits, exponent));
    }

    /// <summary>The significant digits and the power of ten of the first of them. The value is above zero.</summary>
    private static (string Digits, int Exponent) Split(double value)
    {
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var end = shortest.IndexOf('E');
        var mantissa = end < 0 ? shortest : shortest[..end];
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).Trim('0');
        return (digits, end < 0 ? PlainExponent(mantissa) : int.Parse(shortest.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private static int PlainExponent(string plain)
    {
        var point = plain.IndexOf('.');
        var whole = point < 0 ? plain : plain[..point];
        return whole == "0" ? -plain.AsSpan(point + 1).IndexOfAnyExcept('0') - 1 : whole.Length - 1;
    }

    // One fraction digit at least, and an exponent outside 0.001 … 10,000,000.
    private static string Java(string digits, int exponent)
    {
        if (exponent is < -3 or >= 7)
        {
            var fraction = digits.Length > 1 ? digits[1..] : "0";
            return $"{digits[0]}.{fraction}E{exponent.ToString(CultureInfo.InvariantCulture)}";
        }

        var plain = Plain(digits, exponent);
        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    // Plain notation while few zeros pad the significant digits.
    private static string Jq(string digits, int exponent)
    {
        if (exponent >= -4 && exponent < digits.Length + 15)
        {
            return Plain(digits, exponent);
        }

        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        var power = Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
        return $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{power}";
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0')
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }
}
