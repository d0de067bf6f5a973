using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kestra.Ion;

/// <summary>Reads what starts with a digit or a minus: integers, floats, decimals and timestamps.</summary>
internal sealed class IonNumberReader(IonCharReader chars, IonOptions options)
{
    public object Read(bool inExpression)
    {
        var (line, column) = (chars.Line, chars.Column);
        var text = Token();
        CheckEnd(inExpression);
        try
        {
            return IsTimestamp(text) ? IonTimestamp.Parse(text) : Number(text);
        }
        catch (FormatException e)
        {
            throw new IonException(e.Message, line, column, e);
        }
    }

    private string Token()
    {
        var text = new StringBuilder();
        while (IsPart(chars.Peek(), text))
        {
            text.Append((char)chars.Take());
            if (text.Length > options.MaxNumberDigits)
            {
                throw chars.Error($"The number has more than {options.MaxNumberDigits} digits");
            }
        }

        return text.ToString();
    }

    // A sign belongs to the number at its start, after an exponent, and inside timestamps.
    private static bool IsPart(int c, StringBuilder text) => c switch
    {
        >= '0' and <= '9' or >= 'a' and <= 'z' or >= 'A' and <= 'Z' or '.' or '_' => true,
        '-' or '+' => text.Length == 0 || text[^1] is 'e' or 'E' or 'd' or 'D' || (text.Length >= 4 && IsTimestamp(text.ToString() + "-")),
        ':' => text.Length > 10 && IsTimestamp(text.ToString()),
        _ => false,
    };

    private static bool IsTimestamp(string text) =>
        text.Length > 4 && text[4] is '-' or 'T' && !text.AsSpan(0, 4).ContainsAnyExceptInRange('0', '9');

    private void CheckEnd(bool inExpression)
    {
        var c = chars.Peek();
        var ends = c is IonCharReader.End or ' ' or '\t' or '\n' or '\r' or '\v' or '\f' or '{' or '}' or '[' or ']' or '(' or ')' or ',' or '"' or '\''
            || (c == '/' && chars.Peek(1) is '/' or '*')
            || (inExpression && IonSymbol.IsOperator(c));
        if (!ends)
        {
            throw chars.Unexpected("the end of a number");
        }
    }

    private static object Number(string text)
    {
        var negative = text[0] == '-';
        var digits = negative ? text[1..] : text;
        if (digits.Length > 1 && digits[0] == '0' && digits[1] is 'x' or 'X' or 'b' or 'B')
        {
            return Based(digits, negative, text);
        }

        var part = Ungroup(digits, text);
        var exponentAt = part.IndexOfAny(['e', 'E', 'd', 'D']);
        var mantissa = exponentAt < 0 ? part : part[..exponentAt];
        CheckMantissa(mantissa, text);
        var exponent = exponentAt < 0 ? "" : part[(exponentAt + 1)..];
        CheckExponent(exponent, exponentAt >= 0, text);
        if (exponentAt >= 0 && part[exponentAt] is 'e' or 'E')
        {
            return double.Parse((negative ? "-" : "") + part, NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return exponentAt < 0 && !mantissa.Contains('.')
            ? Integer(Signed(BigInteger.Parse(mantissa, NumberStyles.None, CultureInfo.InvariantCulture), negative))
            : Decimal(mantissa, exponent, negative, text);
    }

    private static object Based(string digits, bool negative, string text)
    {
        var isHex = digits[1] is 'x' or 'X';
        var body = Ungroup(digits[2..], text);
        var format = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowBinarySpecifier;
        // The leading zero keeps the first digit from being taken as a sign bit.
        return body.Length > 0 && BigInteger.TryParse("0" + body, format, CultureInfo.InvariantCulture, out var value)
            ? Integer(Signed(value, negative))
            : throw Invalid(text);
    }

    private static BigInteger Signed(BigInteger value, bool negative) => negative ? -value : value;

    /// <summary>The smallest integer type that holds the value.</summary>
    public static object Integer(BigInteger value)
    {
        if (value >= int.MinValue && value <= int.MaxValue)
        {
            return (int)value;
        }

        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private static object Decimal(string mantissa, string exponent, bool negative, string text)
    {
        var point = mantissa.IndexOf('.');
        var fraction = point < 0 ? 0 : mantissa.Length - point - 1;
        var unscaled = BigInteger.Parse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture);
        if (exponent.Length > 0 && !int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
        {
            throw new FormatException($"The exponent of {text} is too large");
        }

        var power = exponent.Length == 0 ? 0L : int.Parse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return IonDecimal.Create(Signed(unscaled, negative), power - fraction);
    }

    private static string Ungroup(string digits, string text)
    {
        if (!digits.Contains('_'))
        {
            return digits;
        }

        for (var i = 0; i < digits.Length; i++)
        {
            var between = digits[i] != '_'
                || (i > 0 && i + 1 < digits.Length && char.IsAsciiHexDigit(digits[i - 1]) && char.IsAsciiHexDigit(digits[i + 1]));
            if (!between)
            {
                throw Invalid(text);
            }
        }

        return digits.Replace("_", "", StringComparison.Ordinal);
    }

    private static void CheckMantissa(string mantissa, string text)
    {
        var point = mantissa.IndexOf('.');
        var whole = point < 0 ? mantissa : mantissa[..point];
        var fraction = point < 0 ? "" : mantissa[(point + 1)..];
        var valid = whole.Length > 0 && !whole.AsSpan().ContainsAnyExceptInRange('0', '9')
            && !fraction.AsSpan().ContainsAnyExceptInRange('0', '9')
            && (whole.Length == 1 || whole[0] != '0');
        if (!valid)
        {
            throw Invalid(text);
        }
    }

    private static void CheckExponent(string exponent, bool expected, string text)
    {
        var digits = exponent.Length > 0 && exponent[0] is '-' or '+' ? exponent[1..] : exponent;
        if (digits.AsSpan().ContainsAnyExceptInRange('0', '9') || (expected && digits.Length == 0))
        {
            throw Invalid(text);
        }
    }

    private static FormatException Invalid(string text) => new($"{text} is not a number");
}
