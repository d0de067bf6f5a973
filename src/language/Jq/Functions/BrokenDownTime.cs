using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>
/// A time taken apart as C does it: month, weekday (from Sunday) and day of the year count from 0, seconds may have a fraction.
/// Years have no bounds that a program would meet, so the calendar is computed here.
/// </summary>
internal sealed record BrokenDownTime(long Year, int Month, int Day, int Hour, int Minute, double Second, int Weekday, int YearDay)
{
    private const long SecondsPerDay = 86_400;
    private const int DaysPer400Years = 146_097;
    private const double FarthestSecond = 1e15;

    public static BrokenDownTime FromSeconds(double seconds)
    {
        if (!(Math.Abs(seconds) <= FarthestSecond))
        {
            throw JqException.Runtime("error converting number of seconds since epoch to datetime");
        }

        var whole = (long)Math.Floor(seconds);
        var days = Math.DivRem(whole, SecondsPerDay, out var rest);
        (days, rest) = rest < 0 ? (days - 1, rest + SecondsPerDay) : (days, rest);
        var (year, month, day) = Civil(days);
        return new BrokenDownTime(
            year, month, day, (int)(rest / 3600), (int)(rest / 60 % 60), (rest % 60) + (seconds - Math.Floor(seconds)), Weekdays(days), (int)(days - Days(year, 0, 1)));
    }

    /// <summary>The date with weekday and day of the year that belong to it; the day may lie outside its month.</summary>
    public static BrokenDownTime FromDate(long year, int month, int day, int hour, int minute, double second)
    {
        var days = Days(year, month, day);
        return new BrokenDownTime(year, month, day, hour, minute, second, Weekdays(days), (int)(days - Days(Civil(days).Year, 0, 1)));
    }

    /// <exception cref="JqException">The value is no array of eight numbers.</exception>
    public static BrokenDownTime FromValue(object? value, string function)
    {
        if (value is not IReadOnlyList<object?> { Count: >= 8 } fields || value is string || !fields.Take(8).All(ValueKinds.IsNumber))
        {
            throw JqException.Runtime($"{function} requires parsed datetime inputs");
        }

        var second = Numbers.ToDouble(fields[5]);
        return new BrokenDownTime(
            Clamped(fields[0]), Clamped(fields[1]), Clamped(fields[2]), Clamped(fields[3]), Clamped(fields[4]),
            Math.Abs(second) <= int.MaxValue ? second : 0, Clamped(fields[6]), Clamped(fields[7]));
    }

    public List<object?> ToValue() =>
    [
        Numbers.Whole(Year), Month, Day, Hour, Minute, Numbers.Normal(Second), Weekday, YearDay,
    ];

    /// <summary>Seconds since 1970 in UTC; fields outside their ranges carry over.</summary>
    public long ToSeconds() => (Days(Year, Month, Day) * SecondsPerDay) + (Hour * 3600L) + (Minute * 60L) + (long)Math.Truncate(Second);

    /// <summary>Week of the year when weeks start on the weekday.</summary>
    public int Week(int firstWeekday) => (YearDay + 7 - ((Weekday - firstWeekday + 7) % 7)) / 7;

    /// <summary>Year and week as ISO 8601 counts them.</summary>
    public (long Year, int Week) IsoWeek()
    {
        var weekday = (Weekday + 6) % 7;
        var week = (YearDay - weekday + 10) / 7;
        if (week < 1)
        {
            return (Year - 1, WeeksOf(Year - 1));
        }

        return week > WeeksOf(Year) ? (Year + 1, 1) : (Year, week);
    }

    // A year has 53 weeks when its first or its last day is a Thursday.
    private static int WeeksOf(long year) => Weekdays(Days(year, 0, 1)) == 4 || Weekdays(Days(year, 11, 31)) == 4 ? 53 : 52;

    private static int Weekdays(long days) => (int)((((days + 4) % 7) + 7) % 7);

    // Counting years from March puts the leap day at the end of the year, which makes both directions plain arithmetic.
    private static long Days(long year, long month, long day)
    {
        year += FloorDivide(month, 12);
        month -= FloorDivide(month, 12) * 12;
        var shifted = month < 2 ? year - 1 : year;
        var era = FloorDivide(shifted, 400);
        var yearOfEra = shifted - (era * 400);
        var dayOfYear = ((153 * ((month + 10) % 12)) + 2) / 5;
        var dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * DaysPer400Years) + dayOfEra - 719_468 + day - 1;
    }

    private static (long Year, int Month, int Day) Civil(long days)
    {
        var shifted = days + 719_468;
        var era = FloorDivide(shifted, DaysPer400Years);
        var dayOfEra = shifted - (era * DaysPer400Years);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var month = ((5 * dayOfYear) + 2) / 153;
        var day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        var calendarMonth = (month + 2) % 12;
        return ((era * 400) + yearOfEra + (calendarMonth < 2 ? 1 : 0), (int)calendarMonth, (int)day);
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    private static int Clamped(object? number) => (int)Math.Clamp(Numbers.Truncate(number!), -1_000_000_000, 1_000_000_000);
}
