using NodaTime;

namespace Kestra.Storage.Executions;

/// <summary>The stretches of time by which executions are counted.</summary>
public static class DateBuckets
{
    /// <summary>The local start of the stretch that holds an instant; weeks start on Monday.</summary>
    public static LocalDateTime Start(Instant instant, DateTimeZone zone, DateBucket bucket)
    {
        var date = instant.InZone(zone).LocalDateTime;
        return bucket switch
        {
            DateBucket.Minute => new LocalDateTime(date.Year, date.Month, date.Day, date.Hour, date.Minute),
            DateBucket.Hour => new LocalDateTime(date.Year, date.Month, date.Day, date.Hour, 0),
            DateBucket.Week => date.Date.PlusDays(1 - (int)date.DayOfWeek).AtMidnight(),
            DateBucket.Month => new LocalDate(date.Year, date.Month, 1).AtMidnight(),
            _ => date.Date.AtMidnight(),
        };
    }
}
