using System.Globalization;
using System.Numerics;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Filters;

/// <summary>Filters over numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("abs", new Filter(null, static (value, _) => Abs(value))),
        ("number", FilterTable.Of(["type"], Number)),
    ];

    private static object Abs(object? value) => value switch
    {
        null => throw new EvaluationException("Can not pass null value to \"abs\" filter."),
        int number => unchecked(number < 0 ? -number : number),
        long number => unchecked(number < 0 ? -number : number),
        double number => Math.Abs(number),
        float number => Math.Abs(number),
        decimal number => Math.Abs(number),
        BigInteger number => BigInteger.Abs(number),
        _ => throw new EvaluationException("The 'abs' filter does require as input a number."),
    };

    private static object Number(object value, Arguments arguments)
    {
        var text = value switch
        {
            string given => given,
            SafeString safe => safe.Text,
            _ => throw new EvaluationException($"'number' filter can only be applied to String. Actual type was: {ClassNames.Of(value)}"),
        };
        if (text.Trim().Length == 0)
        {
            throw new ConversionException("A blank string is not a valid number");
        }

        return (arguments["type"] as string) switch
        {
            "INT" => checked((int)Whole(text)),
            "LONG" => checked((long)Whole(text)),
            "BIGINTEGER" => Whole(text),
            "FLOAT" => float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            "DOUBLE" => double.Parse(text.Replace("Infinity", "∞", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture),
            "BIGDECIMAL" => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
            _ => Automatic(text),
        };
    }

    private static BigInteger Whole(string text)
    {
        var negative = text.StartsWith('-');
        var digits = negative || text.StartsWith('+') ? text[1..] : text;
        BigInteger number;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || digits.StartsWith('#'))
        {
            number = BigInteger.Parse("0" + digits[(digits[0] == '#' ? 1 : 2)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            number = digits[1..].Aggregate(BigInteger.Zero, (sum, digit) => digit is >= '0' and <= '7' ? (sum * 8) + (digit - '0') : throw new FormatException($"For input string: \"{text}\""));
        }
        else
        {
            number = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return negative ? -number : number;
    }

    private static object Automatic(string text)
    {
        var digits = text.TrimStart('-', '+');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || digits.StartsWith('#'))
        {
            return Smallest(Whole(text));
        }

        var suffix = char.ToUpperInvariant(text[^1]);
        switch (suffix)
        {
            case 'L':
                return long.Parse(text[..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            case 'F':
                return float.Parse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture);
            case 'D':
                return double.Parse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture);
        }

        return text.AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? Smallest(BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) : Fraction(text);
    }

    private static object Smallest(BigInteger number) =>
        number >= int.MinValue && number <= int.MaxValue ? (int)number : number >= long.MinValue && number <= long.MaxValue ? (long)number : number;

    private static object Fraction(string text)
    {
        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        var single = float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (ValueText.FloatText(single) == ValueText.Java(number))
        {
            return single;
        }

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && exact != (decimal)number ? exact : number;
    }
}
