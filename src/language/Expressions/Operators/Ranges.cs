using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Inclusive ranges of numbers and of single characters.</summary>
internal static class Ranges
{
    private const int Limit = 10_000_000;

    public static List<object?> Of(object? start, object? end, object? increment)
    {
        if (!ValueConversion.IsNumber(increment))
        {
            throw new EvaluationException("The increment of the range function must be a number a");
        }

        var step = ValueConversion.ToLong(increment!);
        if (step == 0)
        {
            throw new EvaluationException("The increment of the range function must be different than 0");
        }

        if (ValueConversion.IsNumber(start) && ValueConversion.IsNumber(end))
        {
            return Numbers(ValueConversion.ToLong(start!), ValueConversion.ToLong(end!), step, static number => number);
        }

        return Single(start) is { } first && Single(end) is { } last
            ? Numbers(first, last, step, static number => (char)number)
            : throw new EvaluationException("Arguments of range function must be of type Number or String with a length of 1");
    }

    private static char? Single(object? value) => value switch
    {
        string { Length: 1 } text => text[0],
        char character => character,
        SafeString { Text.Length: 1 } safe => safe.Text[0],
        _ => null,
    };

    private static List<object?> Numbers(long start, long end, long step, Func<long, object?> make)
    {
        var list = new List<object?>();
        for (var number = start; step > 0 ? number <= end : number >= end; number += step)
        {
            if (list.Count >= Limit)
            {
                throw new EvaluationException($"A range has at most {Limit} elements");
            }

            list.Add(make(number));
        }

        return list;
    }
}
