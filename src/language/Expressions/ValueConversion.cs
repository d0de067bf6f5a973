using System.Globalization;
using System.Numerics;
using Kestra.Expressions.Values;

namespace Kestra.Expressions;

/// <summary>Conversions that the engine applies to what expressions give.</summary>
public static class ValueConversion
{
    /// <summary>Whether a rendered condition holds: not for null, an empty or blank text, <c>false</c>, <c>0</c> and <c>-0</c>.</summary>
    public static bool IsTruthy(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Trim() is not ("" or "false" or "0" or "-0"),
        _ => IsTruthy(ToText(value)),
    };

    /// <summary>As printed: null is empty, containers are JSON.</summary>
    public static string ToText(object? value) => ValueText.Print(value);

    public static bool IsNumber(object? value) => value is int or long or double or float or decimal or BigInteger or JavaDecimal;

    public static double ToDouble(object value) => value switch
    {
        int number => number,
        long number => number,
        double number => number,
        BigInteger number => (double)number,
        JavaDecimal number => number.ToDouble(),
        float number => number,
        decimal number => (double)number,
        _ => throw new InvalidCastException($"{value.GetType().Name} is not a number"),
    };

    public static long ToLong(object value) => value switch
    {
        int number => number,
        long number => number,
        BigInteger number => unchecked((long)(ulong)(number & ulong.MaxValue)),
        decimal number => ToLong(new BigInteger(number)),
        JavaDecimal number => ToLong(number.Truncated()),
        // Beyond the range the nearest end is meant, and 0 for what is no number.
        _ => ToDouble(value) switch
        {
            double.NaN => 0,
            >= long.MaxValue => long.MaxValue,
            <= long.MinValue => long.MinValue,
            var number => (long)number,
        },
    };
}
