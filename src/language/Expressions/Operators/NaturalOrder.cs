using System.Numerics;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>The order of values of one type; different types have none.</summary>
internal static class NaturalOrder
{
    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (string a, string b) => string.CompareOrdinal(a, b),
        (int a, int b) => a.CompareTo(b),
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (float a, float b) => a.CompareTo(b),
        (decimal or JavaDecimal, decimal or JavaDecimal) => ValueConversion.ToDouble(left).CompareTo(ValueConversion.ToDouble(right)),
        (NodaTime.Instant a, NodaTime.Instant b) => a.CompareTo(b),
        (BigInteger a, BigInteger b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        (char a, char b) => a.CompareTo(b),
        _ => throw new ConversionException($"class {ClassNames.Of(left)} cannot be compared with class {ClassNames.Of(right)}"),
    };
}
