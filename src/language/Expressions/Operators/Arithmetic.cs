using System.Numerics;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Numbers: which type a result has, and how it overflows.</summary>
internal static class Arithmetic
{
    public static object? Add(Frame frame, object? left, object? right)
    {
        if (left is string or SafeString || right is string or SafeString)
        {
            return ValueText.Java(left is SafeString l ? l.Text : left) + ValueText.Java(right is SafeString r ? r.Text : right);
        }

        if (left is IReadOnlyList<object?> list and not StringArray)
        {
            var target = frame.Changeable(list);
            if (right is IReadOnlyCollection<object?> and not StringArray)
            {
                target.AddRange(((IEnumerable<object?>)right).ToList());
            }
            else
            {
                target.Add(right);
            }

            return target;
        }

        return Apply(left, right, '+');
    }

    public static object? Subtract(Frame frame, object? left, object? right)
    {
        if (left is not IReadOnlyList<object?> list || left is StringArray)
        {
            return Apply(left, right, '-');
        }

        var target = frame.Changeable(list);
        if (right is IReadOnlyCollection<object?> and not StringArray)
        {
            var removed = ((IEnumerable<object?>)right).ToList();
            target.RemoveAll(item => removed.Exists(other => Equality.Exact(item, other)));
        }
        else
        {
            var index = target.FindIndex(item => Equality.Exact(item, right));
            if (index >= 0)
            {
                target.RemoveAt(index);
            }
        }

        return target;
    }

    public static object Sign(object? value, int sign) => ValueConversion.IsNumber(value)
        ? Apply(value, (long)sign, '*')
        : throw new ConversionException("invalid operands for mathematical operation [MULTIPLICATION]");

    public static object Apply(object? left, object? right, char operation)
    {
        if (!ValueConversion.IsNumber(left) || !ValueConversion.IsNumber(right))
        {
            throw new ConversionException("invalid operands for mathematical operation");
        }

        if (left is decimal || right is decimal)
        {
            return Decimals((decimal)ValueConversion.ToDouble(left!), (decimal)ValueConversion.ToDouble(right!), operation);
        }

        if (left is double || right is double)
        {
            return Doubles(ValueConversion.ToDouble(left!), ValueConversion.ToDouble(right!), operation);
        }

        if (left is float || right is float)
        {
            return Floats((float)ValueConversion.ToDouble(left!), (float)ValueConversion.ToDouble(right!), operation);
        }

        return left is int small && right is int other
            ? (long)Ints(small, other, operation)
            : Longs(ValueConversion.ToLong(left!), ValueConversion.ToLong(right!), operation);
    }

    private static decimal Decimals(decimal left, decimal right, char operation) => operation switch
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
