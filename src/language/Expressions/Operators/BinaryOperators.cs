using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Arithmetic and comparison operators with the text of their failures.</summary>
internal static class BinaryOperators
{
    public static (Func<Frame, object?, object?, object?> Apply, string Message) Of(string name) => name switch
    {
        "+" => (Arithmetic.Add, "Could not perform addition"),
        "-" => (Arithmetic.Subtract, "Could not perform subtraction"),
        "*" => (static (_, left, right) => Arithmetic.Apply(left, right, '*'), "Could not perform multiplication"),
        "/" => (static (_, left, right) => Arithmetic.Apply(left, right, '/'), "Could not perform division"),
        "%" => (static (_, left, right) => Arithmetic.Apply(left, right, '%'), "Could not perform greater modulus"),
        "==" or "equals" => (static (frame, left, right) => AreEqual(frame, left, right), "Could not perform equals comparison"),
        "!=" => (static (frame, left, right) => !AreEqual(frame, left, right), "Could not perform not equals comparison"),
        ">" => (static (_, left, right) => AreComparable(left, right) && ValueConversion.ToDouble(left!) > ValueConversion.ToDouble(right!), "Could not perform greater than comparison"),
        ">=" => (static (_, left, right) => AreComparable(left, right) && ValueConversion.ToDouble(left!) >= ValueConversion.ToDouble(right!), "Could not perform greater than or equals comparison"),
        "<" => (static (_, left, right) => AreComparable(left, right) && ValueConversion.ToDouble(left!) < ValueConversion.ToDouble(right!), "Could not perform greater modulus"),
        "<=" => (static (_, left, right) => AreComparable(left, right) && ValueConversion.ToDouble(left!) <= ValueConversion.ToDouble(right!), "Could not perform less than or equals comparison"),
        _ => throw new InvalidOperationException($"The operator '{name}' is not known."),
    };

    private static bool AreEqual(Frame frame, object? left, object? right)
    {
        if (left is not IReadOnlyCollection<object?>)
        {
            return Equality.Loose(left, right);
        }

        frame.Step(left);
        return Equality.Loose(frame.Settled(left), frame.Settled(right));
    }

    // Null is neither less nor more than anything.
    private static bool AreComparable(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return false;
        }

        return ValueConversion.IsNumber(left) && ValueConversion.IsNumber(right)
            ? true
            : throw new ConversionException($"{ClassNames.Of(left)} and {ClassNames.Of(right)} can't be compared: only numbers can");
    }
}
