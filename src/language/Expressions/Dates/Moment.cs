using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>An instant in a zone, with the fields of its date and time. Unlike the library's it has no last year.</summary>
internal sealed class Moment
{
    private const int SecondsPerDay = 86_400;
    private const long DaysBeforeEpoch = 719_468;
    private const int DaysPerEra = 146_097;
    private const long LastYear = 999_999_999;

    public Moment(long seconds, int nanosecond, JavaZone zone)
    {
        (Seconds, Nanosecond, Zone) = (seconds, nanosecond, zone);
        OffsetSeconds = zone.OffsetAt(seconds);
        var local = checked(seconds + OffsetSeconds);
        EpochDay = Math.DivRem(local, SecondsPerDay, out var second);
        if (second < 0)
        {
            EpochDay--;
            second += SecondsPerDay;
        }

        SecondOfDay = (int)second;
        (Year, Month, Day) = Civil(EpochDay);
    }

    public long Seconds { get; }

    public int Nanosecond { get; }

    public JavaZone Zone { get; }

    public int OffsetSeconds { get; }

    public long EpochDay { get; }

    public int SecondOfDay { get; }

    public long Year { get; }

    public int Month { get; }

    public int Day { get; }

    public int Hour => SecondOfDay / 3600;

    public int Minute => SecondOfDay / 60 % 60;

    public int Second => SecondOfDay % 60;

    public bool IsLeapYear => Year % 4 == 0 && (Year % 100 != 0 || Year % 400 == 0);

    public int DayOfYear => (int)(EpochDay - Days(Year, 1, 1)) + 1;

    /// <summary>Monday is 1.</summary>
    public int DayOfWeek => (int)((((EpochDay + 3) % 7) + 7) % 7) + 1;

    public static Moment Of(Instant instant, JavaZone zone)
    {
        var seconds = instant.ToUnixTimeSeconds();
        return new Moment(seconds, (int)(instant - Instant.FromUnixTimeSeconds(seconds)).TotalNanoseconds, zone);
    }

    /// <summary>A local time of the zone; one that does not exist moves forward by the gap, of two the earlier is meant.</summary>
    public static Moment Of(LocalDateTime local, JavaZone zone) => Of(local.InZoneLeniently(zone.Zone).ToInstant(), zone);

    public Moment In(JavaZone zone) => new(Seconds, Nanosecond, zone);

    public Moment AddDays(long days) => new(checked(Seconds + (days * SecondsPerDay)), Nanosecond, Zone);

    /// <summary>The same local time on another day: months first, a day beyond the end of its month being the last one, then days.</summary>
    /// <exception cref="ConversionException">The year has more than nine digits.</exception>
    public Moment PlusCalendar(long months, long days)
    {
        var (year, month) = FromMonths(checked((Year * 12) + Month - 1 + months));
        var day = checked(Days(year, month, Math.Min(Day, LastDay(year, month))) + days);
        if (Math.Abs(year) > LastYear || Math.Abs(day) > LastYear * 366)
        {
            throw new ConversionException($"Invalid value for Year (valid values -{LastYear} - {LastYear})");
        }

        var local = (day * SecondsPerDay) + SecondOfDay;
        return new Moment(local - Zone.OffsetAt(local - OffsetSeconds), Nanosecond, Zone);
    }

    private static (long Year, int Month) FromMonths(long months)
    {
        var year = (long)Math.Floor(months / 12m);
        return (year, (int)(months - (year * 12)) + 1);
    }

    private static int LastDay(long year, int month) => month switch
    {
        2 => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    // Days since 1970-01-01 of a date, counting years from March.
    private static long Days(long year, int month, int day)
    {
        var shifted = month <= 2 ? year - 1 : year;
        var era = (shifted >= 0 ? shifted : shifted - 399) / 400;
        var yearOfEra = shifted - (era * 400);
        var dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        return (era * DaysPerEra) + (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear - DaysBeforeEpoch;
    }

    private static (long Year, int Month, int Day) Civil(long epochDay)
    {
        var days = epochDay + DaysBeforeEpoch;
        var era = (days >= 0 ? days : days - (DaysPerEra - 1)) / DaysPerEra;
        var dayOfEra = days - (era * DaysPerEra);
        var yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        var dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shiftedMonth = ((5 * dayOfYear) + 2) / 153;
        var month = (int)(shiftedMonth + (shiftedMonth < 10 ? 3 : -9));
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, (int)(dayOfYear - (((153 * shiftedMonth) + 2) / 5)) + 1);
    }
}
