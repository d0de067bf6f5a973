using NodaTime;

namespace Kestra.Cron;

/// <summary>Finds matching dates on an even calendar, one without zone.</summary>
internal sealed class CronCalendar(CronField second, CronField minute, CronField hour, CronField dayOfMonth, CronField month, CronField dayOfWeek)
{
    public bool Matches(LocalDateTime date) =>
        MatchesDay(date.Date) && hour.Contains(date.Hour) && minute.Contains(date.Minute) && second.Contains(date.Second);

    /// <summary>The first match not before <paramref name="from"/> and before <paramref name="end"/>; null when there is none up to the end of the latest year.</summary>
    public LocalDateTime? Next(LocalDateTime from, LocalDateTime? end, int latestYear)
    {
        var day = from.Date;
        if (MatchesDay(day) && FirstTime(from.TimeOfDay) is { } time)
        {
            return Before(day + time, end);
        }

        for (day = day.PlusDays(1); day.Year <= latestYear && (end is not { } limit || day <= limit.Date);)
        {
            if (!month.Contains(day.Month))
            {
                day = new LocalDate(day.Year, day.Month, 1).PlusMonths(1);
            }
            else if (MatchesDay(day))
            {
                return Before(day + FirstTime(LocalTime.Midnight)!.Value, end);
            }
            else
            {
                day = day.PlusDays(1);
            }
        }

        return null;
    }

    /// <summary>The last match not after <paramref name="from"/> and not before <paramref name="start"/>; null when there is none back to the begin of the earliest year.</summary>
    public LocalDateTime? Previous(LocalDateTime from, LocalDateTime? start, int earliestYear)
    {
        var day = from.Date;
        if (MatchesDay(day) && LastTime(from.TimeOfDay) is { } time)
        {
            return NotBefore(day + time, start);
        }

        for (day = day.PlusDays(-1); day.Year >= earliestYear && (start is not { } limit || day >= limit.Date);)
        {
            if (!month.Contains(day.Month))
            {
                day = new LocalDate(day.Year, day.Month, 1).PlusDays(-1);
            }
            else if (MatchesDay(day))
            {
                return NotBefore(day + LastTime(new LocalTime(23, 59, 59))!.Value, start);
            }
            else
            {
                day = day.PlusDays(-1);
            }
        }

        return null;
    }

    private bool MatchesDay(LocalDate day)
    {
        if (!month.Contains(day.Month))
        {
            return false;
        }

        var byMonth = dayOfMonth.Contains(day.Day);
        var byWeek = dayOfWeek.Contains((int)day.DayOfWeek % 7);
        return dayOfMonth.IsAny || dayOfWeek.IsAny ? byMonth && byWeek : byMonth || byWeek;
    }

    private LocalTime? FirstTime(LocalTime from)
    {
        for (var h = hour.AtLeast(from.Hour); h >= 0; h = hour.AtLeast(h + 1))
        {
            var isFirstHour = h == from.Hour;
            for (var m = minute.AtLeast(isFirstHour ? from.Minute : 0); m >= 0; m = minute.AtLeast(m + 1))
            {
                var s = second.AtLeast(isFirstHour && m == from.Minute ? from.Second : 0);
                if (s >= 0)
                {
                    return new LocalTime(h, m, s);
                }
            }
        }

        return null;
    }

    private LocalTime? LastTime(LocalTime until)
    {
        for (var h = hour.AtMost(until.Hour); h >= 0; h = hour.AtMost(h - 1))
        {
            var isLastHour = h == until.Hour;
            for (var m = minute.AtMost(isLastHour ? until.Minute : 59); m >= 0; m = minute.AtMost(m - 1))
            {
                var s = second.AtMost(isLastHour && m == until.Minute ? until.Second : 59);
                if (s >= 0)
                {
                    return new LocalTime(h, m, s);
                }
            }
        }

        return null;
    }

    private static LocalDateTime? Before(LocalDateTime date, LocalDateTime? end) => end is { } limit && date >= limit ? null : date;

    private static LocalDateTime? NotBefore(LocalDateTime date, LocalDateTime? start) => start is { } limit && date < limit ? null : date;
}
