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

    public static bool IsNumber(object? value) => value is int or long or double or float or decimal or BigInteger;

    public static double ToDouble(object value) => value switch
    {
        BigInteger number => (double)number,
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
        _ => throw new InvalidCastException($"{value.GetType().Name} is not a number"),
    };

    public static long ToLong(object value) => value switch
    {
        int number => number,
        long number => number,
        BigInteger number => unchecked((long)(ulong)(number & ulong.MaxValue)),
        decimal number => (long)number,
        _ => (long)ToDouble(value),
    };
}
