using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>What counts as true, place by place.</summary>
internal static class Truth
{
    public static bool OfTernary(object? value) => value is not null && (Known(value) ?? throw new ConversionException($"{ClassNames.Of(value)} cannot be used as a condition"));

    public static bool OfCondition(object? value) => value is null
        ? throw new EvaluationException("null value given to if() and strict variables is set to true")
        : Known(value) ?? throw Unsupported(value);

    // The text names the same operator for both.
    public static bool OfLogic(object? value) => value is null
        ? throw new EvaluationException("null value used in and operator and strict variables is set to true")
        : Known(value) ?? throw new ConversionException($"{ClassNames.Of(value)} cannot be used as a condition");

    public static bool OfNot(object? value) => value is null
        ? throw new EvaluationException("null value given to not() and strict variables is set to true")
        : Known(value) ?? throw Unsupported(value);

    private static bool? Known(object value) => value switch
    {
        bool flag => flag,
        string text => text.Length > 0,
        SafeString safe => safe.Text.Length > 0,
        _ when ValueConversion.IsNumber(value) => ValueConversion.ToDouble(value) != 0,
        _ => null,
    };

    private static EvaluationException Unsupported(object value) =>
        new($"Unsupported value type {ClassNames.Of(value).Split('.')[^1]}. Expected Boolean, String, Number in \"if\" statement");
}
