using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Numbers: which type a result has, and how it overflows. Lists: what is added and removed in place.</summary>
internal static class Arithmetic
{
    public static object? Add(Frame frame, object? left, object? right)
    {
        if (left is string or SafeString || right is string or SafeString)
        {
            return Concatenation.Of(frame, ValueText.Java(frame.Settled(left)), ValueText.Java(frame.Settled(right)));
        }

        if (left is not IReadOnlyList<object?> list || left is StringArray)
        {
            return Apply(left, right, '+');
        }

        frame.Step(left);
        frame.Step(right);
        return frame.Change(list, copy =>
        {
            if (Items(right) is { } items)
            {
                copy.AddRange(items);
            }
            else
            {
                copy.Add(right);
            }

            Ranges.Check(frame, copy.Count);
        });
    }

    public static object? Subtract(Frame frame, object? left, object? right)
    {
        if (left is not IReadOnlyList<object?> list || left is StringArray)
        {
            return Apply(left, right, '-');
        }

        return frame.Change(list, copy =>
        {
            if (Items(right) is { } removed)
            {
                copy.RemoveAll(item =>
                {
                    frame.Step(removed);
                    return removed.Exists(other => Equality.Exact(item, other));
                });
                return;
            }

            frame.Step(copy);
            var index = copy.FindIndex(item => Equality.Exact(item, right));
            if (index >= 0)
            {
                copy.RemoveAt(index);
            }
        });
    }

    // The elements of a collection. A map and an array count as one element.
    private static List<object?>? Items(object? value) => value is IReadOnlyCollection<object?> items and not StringArray ? [.. items] : null;

    public static object Sign(object? value, int sign) => ValueConversion.IsNumber(value)
        ? Apply(value, (long)sign, '*')
        : throw new ConversionException("invalid operands for mathematical operation [MULTIPLICATION]");

    public static object Apply(object? left, object? right, char operation)
    {
        if (!ValueConversion.IsNumber(left) || !ValueConversion.IsNumber(right))
        {
            throw new ConversionException("invalid operands for mathematical operation");
        }

        return (left, right) switch
        {
            (decimal or JavaDecimal, _) or (_, decimal or JavaDecimal) => Decimals(Exact(left!), Exact(right!), operation),
            (double, _) or (_, double) => Doubles(ValueConversion.ToDouble(left!), ValueConversion.ToDouble(right!), operation),
            (float, _) or (_, float) => Floats((float)ValueConversion.ToDouble(left!), (float)ValueConversion.ToDouble(right!), operation),
            (int small, int other) => (long)Ints(small, other, operation),
            _ => Longs(ValueConversion.ToLong(left!), ValueConversion.ToLong(right!), operation),
        };
    }

    // Even a decimal goes through a double, as in the original.
    private static JavaDecimal Exact(object number) => JavaDecimal.Of(ValueConversion.ToDouble(number));

    private static object Decimals(JavaDecimal left, JavaDecimal right, char operation) => operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        _ => left % right,
    };

    private static double Doubles(double left, double right, char operation) => operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        _ => left % right,
    };

    private static float Floats(float left, float right, char operation) => operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => left / right,
        _ => left % right,
    };

    private static int Ints(int left, int right, char operation) => unchecked(operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => right == -1 ? -left : left / right,
        _ => right == -1 ? 0 : left % right,
    });

    private static long Longs(long left, long right, char operation) => unchecked(operation switch
    {
        '+' => left + right,
        '-' => left - right,
        '*' => left * right,
        '/' => right == -1 ? -left : left / right,
        _ => right == -1 ? 0 : left % right,
    });
}
