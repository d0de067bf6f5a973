using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Filters;

/// <summary>Numbers from texts, with the notations and the choice of type that the filter <c>number</c> has.</summary>
internal static partial class NumberText
{
    /// <summary>A whole number: decimal, hexadecimal (<c>0x</c>, <c>#</c>) or, with a leading zero, octal.</summary>
    public static BigInteger Whole(string text)
    {
        var negative = text.StartsWith('-');
        var digits = negative || text.StartsWith('+') ? text[1..] : text;
        var number = Digits(digits, text, signed: false);
        return negative ? -number : number;
    }

    /// <summary>The same, and a second sign.</summary>
    public static BigInteger Big(string text)
    {
        var negative = text.StartsWith('-');
        var number = Digits(negative ? text[1..] : text, text, signed: true);
        return negative ? -number : number;
    }

    public static float Float(string text) => Floating().Match(text.Trim(TextFilters.TrimmedCharacters)) is { Success: true } match
        ? match.Groups["word"].Success ? (float)Word(match) : float.Parse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture)
        : throw NotANumber(text);

    public static double Double(string text) => Floating().Match(text.Trim(TextFilters.TrimmedCharacters)) is { Success: true } match
        ? match.Groups["word"].Success ? Word(match) : double.Parse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture)
        : throw NotANumber(text);

    /// <summary>The smallest type that holds the number.</summary>
    /// <exception cref="ConversionException">The text is not a number.</exception>
    public static object Automatic(string text)
    {
        if (text.AsSpan().Trim().Length == 0)
        {
            throw new ConversionException("A blank string is not a valid number");
        }

        if (HexDigits(text) is { } hex)
        {
            return OfHex(Whole(text), hex);
        }

        var last = text[^1];
        var hasPoint = text.Contains('.', StringComparison.Ordinal);
        var hasExponent = text.AsSpan().IndexOfAny('e', 'E') >= 0;
        if (!char.IsAsciiDigit(last) && last != '.')
        {
            return Suffixed(text, hasPoint || hasExponent);
        }

        return hasPoint || hasExponent ? Fraction(text) : Smallest(text);
    }

    private static object OfHex(BigInteger number, string digits) => digits.Length switch
    {
        > 16 => number,
        16 when digits[0] > '7' => number,
        > 8 => (long)number,
        8 when digits[0] > '7' => (long)number,
        _ => (int)number,
    };

    // Without leading zeros; null when the number is not hexadecimal.
    private static string? HexDigits(string text)
    {
        var start = text[0] is '+' or '-' ? 1 : 0;
        var rest = text.AsSpan(start);
        var prefix = rest.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? 2 : rest.StartsWith("#") ? 1 : 0;
        return prefix == 0 ? null : rest[prefix..].TrimStart('0').ToString();
    }

    private static object Suffixed(string text, bool isFraction)
    {
        var digits = text[..^1];
        switch (text[^1])
        {
            case 'l' or 'L' when !isFraction && WholeNumber().IsMatch(digits):
                return Whole(digits) is var number && number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
            case 'f' or 'F' when Float(digits) is var single && float.IsFinite(single) && (single != 0 || IsZero(digits)):
                return single;
            case 'f' or 'F' or 'd' or 'D':
                return Double(digits) is var wide && double.IsFinite(wide) && (wide != 0 || IsZero(digits)) ? wide : JavaDecimal.Parse(digits);
            default:
                throw NotANumber(text);
        }
    }

    private static object Smallest(string text)
    {
        var number = text.StartsWith("--", StringComparison.Ordinal) ? Big(text) : Whole(text);
        return number >= int.MinValue && number <= int.MaxValue ? (int)number : number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
    }

    // A float when it says the same as the double; a double when it says the same as the decimal.
    private static object Fraction(string text)
    {
        var (single, wide) = (Float(text), Double(text));
        if (float.IsFinite(single) && (single != 0 || IsZero(text)) && ValueText.FloatText(single) == ValueText.Java(wide))
        {
            return single;
        }

        var exact = JavaDecimal.Parse(text);
        return double.IsFinite(wide) && (wide != 0 || IsZero(text)) && (exact - JavaDecimal.Of(wide)).Unscaled.IsZero ? wide : exact;
    }

    private static bool IsZero(string text)
    {
        var end = text.AsSpan().IndexOfAny('e', 'E');
        return (end < 0 ? text : text[..end]).All(static character => character is '0' or '.' or '+' or '-');
    }

    private static BigInteger Digits(string digits, string text, bool signed)
    {
        var style = signed ? NumberStyles.AllowLeadingSign : NumberStyles.None;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || digits.StartsWith('#'))
        {
            return BigInteger.TryParse("0" + digits[(digits[0] == '#' ? 1 : 2)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex : throw NotANumber(text);
        }

        if (digits.Length > 1 && digits[0] == '0')
        {
            return digits[1..].Aggregate(BigInteger.Zero, (sum, digit) => digit is >= '0' and <= '7' ? (sum * 8) + (digit - '0') : throw NotANumber(text));
        }

        return BigInteger.TryParse(digits, style, CultureInfo.InvariantCulture, out var number) ? number : throw NotANumber(text);
    }

    private static double Word(Match match)
    {
        var number = match.Groups["word"].Value == "NaN" ? double.NaN : double.PositiveInfinity;
        return match.Groups["sign"].Value == "-" ? -number : number;
    }

    private static ConversionException NotANumber(string text) => new($"{text} is not a valid number.");

    [GeneratedRegex(@"^(?:(?<sign>[+-]?)(?<word>NaN|Infinity)|(?<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)[fFdD]?)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Floating();

    [GeneratedRegex(@"^-?[0-9]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WholeNumber();
}
