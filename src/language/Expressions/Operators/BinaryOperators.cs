using Kestra.Expressions.Compilation;

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
        "==" or "equals" => (static (_, left, right) => Equality.Loose(left, right), "Could not perform equals comparison"),
        "!=" => (static (_, left, right) => !Equality.Loose(left, right), "Could not perform not equals comparison"),
        ">" => (static (_, left, right) => Compare(left, right) is > 0, "Could not perform greater than comparison"),
        ">=" => (static (_, left, right) => Compare(left, right) is >= 0, "Could not perform greater than or equals comparison"),
        "<" => (static (_, left, right) => Compare(left, right) is < 0, "Could not perform greater modulus"),
        "<=" => (static (_, left, right) => Compare(left, right) is <= 0, "Could not perform less than or equals comparison"),
        _ => throw new InvalidOperationException($"The operator '{name}' is not known."),
    };

    // Null compares as false to everything; NaN too.
    private static int? Compare(object? left, object? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (!ValueConversion.IsNumber(left) || !ValueConversion.IsNumber(right))
        {
            throw new ConversionException("only numbers can be compared");
        }

        var (a, b) = (ValueConversion.ToDouble(left), ValueConversion.ToDouble(right));
        return double.IsNaN(a) || double.IsNaN(b) ? null : a.CompareTo(b);
    }
}
