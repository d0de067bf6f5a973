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
        ("numberFormat", FilterTable.Of(["format"], Format)),
    ];

    private static object Abs(object? value) => value switch
    {
        null => throw new EvaluationException("Can not pass null value to \"abs\" filter."),
        int number => unchecked(number < 0 ? -number : number),
        long number => unchecked(number < 0 ? -number : number),
        double number => Math.Abs(number),
        float number => Math.Abs(number),
        decimal number => Math.Abs(number),
        JavaDecimal number => number with { Unscaled = BigInteger.Abs(number.Unscaled) },
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
        return (arguments["type"] as string) switch
        {
            "INT" => checked((int)NumberText.Whole(text)),
            "LONG" => checked((long)NumberText.Whole(text)),
            "BIGINTEGER" => NumberText.Big(text),
            "FLOAT" => NumberText.Float(text),
            "DOUBLE" => NumberText.Double(text),
            "BIGDECIMAL" => JavaDecimal.Parse(text),
            _ => NumberText.Automatic(text),
        };
    }

    private static string Format(object value, Arguments arguments)
    {
        if (!ValueConversion.IsNumber(value))
        {
            throw new EvaluationException("The input for the 'NumberFormat' filter has to be a number.");
        }

        var pattern = arguments["format"] is { } given ? TextFilters.Text(given) : "#,##0.###";
        return DecimalPattern.Parse(pattern).Format(value);
    }
}
