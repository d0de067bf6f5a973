using System.Globalization;

namespace Kestra.Model.Json;

/// <summary>The shortest text of a floating-point number in the layout that Kestra's files have used from the start.</summary>
public static class JavaDouble
{
    /// <summary>
    /// Plain notation with at least one fraction digit from 0.001 up to 10,000,000, otherwise one digit before
    /// the point and an <c>E</c> without sign or padding: <c>100.0</c>, <c>1.0E20</c>, <c>1.2E-4</c>.
    /// </summary>
    public static string Format(double value) => Format(value, Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));

    /// <summary>The same with the digits that tell one 32-bit number from the next: <c>1.1</c>, not <c>1.100000023841858</c>.</summary>
    public static string Format(float value) => Format(value, Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));

    private static string Format(double value, string shortest)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }

        var digits = Digits(shortest);
        var exponent = Exponent(shortest);
        var sign = value < 0 ? "-" : "";
        return exponent is >= -3 and < 7 ? sign + Plain(digits, exponent) : sign + Scientific(digits, exponent);
    }

    private static string Digits(string shortest)
    {
        var end = shortest.IndexOf('E');
        var mantissa = end < 0 ? shortest : shortest[..end];
        return mantissa.Replace(".", "", StringComparison.Ordinal).Trim('0');
    }

    private static int Exponent(string shortest)
    {
        var e = shortest.IndexOf('E');
        if (e >= 0)
        {
            return int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        var point = shortest.IndexOf('.');
        var whole = point < 0 ? shortest : shortest[..point];
        if (whole != "0")
        {
            return whole.Length - 1;
        }

        var first = shortest.AsSpan(point + 1).IndexOfAnyExcept('0');
        return -first - 1;
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        return digits.Length <= exponent + 1
            ? digits.PadRight(exponent + 1, '0') + ".0"
            : digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static string Scientific(string digits, int exponent)
    {
        var fraction = digits.Length > 1 ? digits[1..] : "0";
        return $"{digits[0]}.{fraction}E{exponent.ToString(CultureInfo.InvariantCulture)}";
    }
}
