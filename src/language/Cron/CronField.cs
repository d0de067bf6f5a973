using System.Globalization;
using System.Numerics;

namespace Kestra.Cron;

/// <summary>One field of an expression: the set of values that match, a bit each.</summary>
internal readonly record struct CronField
{
    private CronField(ulong values, bool isAny)
    {
        Values = values;
        IsAny = isAny;
    }

    private ulong Values { get; }

    /// <summary>The field is a plain <c>*</c>. A step such as <c>*/2</c> restricts, and counts as a restriction even when it is <c>*/1</c>.</summary>
    public bool IsAny { get; }

    public static CronField Zero { get; } = new(1, isAny: false);

    public bool Contains(int value) => (Values >> value & 1) != 0;

    /// <summary>The smallest value of the set that is not less than <paramref name="value"/>, or -1.</summary>
    public int AtLeast(int value)
    {
        if (value > 63)
        {
            return -1;
        }

        var rest = Values >> value;
        return rest == 0 ? -1 : value + BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>The largest value of the set that is not greater than <paramref name="value"/>, or -1.</summary>
    public int AtMost(int value)
    {
        if (value < 0)
        {
            return -1;
        }

        var rest = Values & (ulong.MaxValue >> (63 - value));
        return rest == 0 ? -1 : 63 - BitOperations.LeadingZeroCount(rest);
    }

    public static CronField Parse(string text, CronFieldRange range)
    {
        if (text == "*")
        {
            return new CronField(range.All, isAny: true);
        }

        var values = 0UL;
        foreach (var part in text.Split(','))
        {
            values |= ParsePart(part, range);
        }

        return new CronField(range.Fold(values), isAny: false);
    }

    private static ulong ParsePart(string part, CronFieldRange range)
    {
        CheckCharacters(part, range);
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            var (low, high) = ParseSpan(part, range);
            return Fill(low, high, 1);
        }

        var start = part[..slash];
        var step = ParseStep(part[(slash + 1)..], part, range);
        var (first, last) = start is "" or "*" ? (range.Lowest, range.Highest) : ParseSpan(start, range);
        var isSingle = first == last && !start.Contains('-', StringComparison.Ordinal);
        return Fill(first, isSingle ? range.Highest : last, step);
    }

    private static (int Low, int High) ParseSpan(string text, CronFieldRange range)
    {
        if (text == "*")
        {
            return (range.Lowest, range.Highest);
        }

        var dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash <= 0)
        {
            var value = range.ParseValue(text);
            return (value, value);
        }

        var low = range.ParseValue(text[..dash]);
        var high = range.ParseValue(text[(dash + 1)..]);
        return low < high || (low == high)
            ? (low, high)
            : throw new CronException(string.Create(CultureInfo.InvariantCulture, $"Invalid range! [{low},{high}]"));
    }

    private static int ParseStep(string text, string part, CronFieldRange range)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step))
        {
            throw new CronException($"Invalid expression: {part}");
        }

        var longest = range.Highest - range.Lowest;
        return step > 0 && step <= longest
            ? step
            : throw new CronException(string.Create(CultureInfo.InvariantCulture, $"Failed to parse cron expression. Period {step} not in range [1, {longest}]"));
    }

    // '?', 'L', 'W' and '#' belong to other dialects. A lone one is reported as a character, one within a word as a wrong expression.
    private static void CheckCharacters(string part, CronFieldRange range)
    {
        if (part.Contains('#', StringComparison.Ordinal))
        {
            throw new CronException($"Invalid expression: {part}");
        }

        var wrong = new string([.. part.Where(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('*' or '-' or '/'))]);
        if (wrong.Length == 0 && !range.HasNames)
        {
            wrong = new string([.. part.Where(char.IsAsciiLetter)]);
        }
        else if (wrong.Length == 0 && part is "L" or "W" or "LW")
        {
            wrong = part;
        }

        if (wrong.Length > 0)
        {
            throw new CronException($"Invalid chars in expression! Expression: {part} Invalid chars: {wrong}");
        }
    }

    private static ulong Fill(int low, int high, int step)
    {
        var values = 0UL;
        for (var value = low; value <= high; value += step)
        {
            values |= 1UL << value;
        }

        return values;
    }
}
