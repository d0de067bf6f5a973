using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Inclusive ranges of numbers and of single characters.</summary>
internal static class Ranges
{
    public static List<object?> Of(Frame frame, object? start, object? end, object? increment)
    {
        if (!ValueConversion.IsNumber(increment))
        {
            throw new EvaluationException($"The increment of the range function must be a number {ValueText.Java(increment)}");
        }

        var step = ValueConversion.ToLong(increment!);
        if (step == 0)
        {
            throw new EvaluationException("The increment of the range function must be different than 0");
        }

        if (ValueConversion.IsNumber(start) && ValueConversion.IsNumber(end))
        {
            return Numbers(frame, ValueConversion.ToLong(start!), ValueConversion.ToLong(end!), step, static number => number);
        }

        return Single(start) is { } first && Single(end) is { } last
            ? Numbers(frame, first, last, step, static number => (char)number)
            : throw new EvaluationException("Arguments of range function must be of type Number or String with a length of 1");
    }

    private static char? Single(object? value) => value switch
    {
        string { Length: 1 } text => text[0],
        char character => character,
        SafeString { Text.Length: 1 } safe => safe.Text[0],
        _ => null,
    };

    /// <summary>No list grows beyond the limit.</summary>
    public static void Check(Frame frame, Int128 count)
    {
        if (count > frame.Options.ListLimit)
        {
            throw new ExpressionLimitException($"A list has more than {frame.Options.ListLimit} elements");
        }
    }

    private static List<object?> Numbers(Frame frame, long start, long end, long step, Func<long, object?> make)
    {
        var count = Int128.Max(0, (((Int128)end - start) / step) + ((step > 0 ? end >= start : end <= start) ? 1 : 0));
        Check(frame, count);
        var list = new List<object?>((int)count);
        for (var index = 0; index < (int)count; index++)
        {
            frame.Step();
            list.Add(make(start + (index * step)));
        }

        return list;
    }
}
