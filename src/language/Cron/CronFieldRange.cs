using System.Globalization;

namespace Kestra.Cron;

/// <summary>What values a field may have, and by what names.</summary>
internal sealed class CronFieldRange
{
    private const int SundayAgain = 7;
    private readonly string[] _names;

    private CronFieldRange(int lowest, int highest, params string[] names)
    {
        Lowest = lowest;
        Highest = highest;
        _names = names;
    }

    public static CronFieldRange Second { get; } = new(0, 59);
    public static CronFieldRange Minute { get; } = new(0, 59);
    public static CronFieldRange Hour { get; } = new(0, 23);
    public static CronFieldRange DayOfMonth { get; } = new(1, 31);

    public static CronFieldRange Month { get; } =
        new(1, 12, "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");

    /// <summary>0 and 7 are Sunday, 1 is Monday.</summary>
    public static CronFieldRange DayOfWeek { get; } = new(0, SundayAgain, "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    public int Lowest { get; }

    public int Highest { get; }

    public bool HasNames => _names.Length > 0;

    public ulong All => Fold((ulong.MaxValue >> (63 - Highest)) & (ulong.MaxValue << Lowest));

    /// <summary>Brings the second way to write Sunday back to the first.</summary>
    public ulong Fold(ulong values)
    {
        const ulong sundayAgain = 1UL << SundayAgain;
        return ReferenceEquals(this, DayOfWeek) && (values & sundayAgain) != 0 ? (values & ~sundayAgain) | 1 : values;
    }

    public int ParseValue(string text)
    {
        var named = Array.IndexOf(_names, text);
        if (named >= 0)
        {
            return Lowest + named;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw new CronException($"Invalid expression: {text}");
        }

        return value >= Lowest && value <= Highest
            ? value
            : throw new CronException(string.Create(CultureInfo.InvariantCulture, $"Failed to parse cron expression. Value {value} not in range [{Lowest}, {Highest}]"));
    }
}
