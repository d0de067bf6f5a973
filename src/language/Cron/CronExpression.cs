using System.Diagnostics.CodeAnalysis;
using NodaTime;

namespace Kestra.Cron;

/// <summary>
/// A schedule in Kestra's cron dialect: minute, hour, day of month, month, day of week; with seconds, a leading field for
/// them. Where day of month and day of week are both restricted, a day that matches either of them matches.
/// </summary>
/// <remarks>
/// Dates are matched by the wall clock of the zone: a time that the clock skips does not occur; one that it shows twice
/// occurs twice, except that a schedule which is less frequent than hourly does not repeat it.
/// </remarks>
public sealed class CronExpression
{
    /// <summary>How far a date is searched for. Dates that ever occur do so within 8 years (29 February around a common century year).</summary>
    private const int SearchedYears = 10;

    private static readonly Duration _repeats = Duration.FromHours(2);
    private readonly CronCalendar _calendar;

    private CronExpression(string text, CronCalendar calendar)
    {
        Text = text;
        _calendar = calendar;
    }

    /// <summary>The expression as it was given.</summary>
    public string Text { get; }

    /// <param name="text">The expression or one of the nicknames <c>@yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly</c>; letter case does not matter.</param>
    /// <param name="withSeconds">The first of six fields is the second; it is then mandatory.</param>
    /// <exception cref="CronException">The text is not an expression of this dialect.</exception>
    public static CronExpression Parse(string text, bool withSeconds = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new CronExpression(text, CronParser.Parse(text, withSeconds));
    }

    /// <summary>As <see cref="Parse"/>, with the message of the error instead of an exception.</summary>
    public static bool TryParse(string text, bool withSeconds, [NotNullWhen(true)] out CronExpression? expression, [NotNullWhen(false)] out string? error)
    {
        try
        {
            expression = Parse(text, withSeconds);
            error = null;
            return true;
        }
        catch (CronException exception)
        {
            expression = null;
            error = exception.Message;
            return false;
        }
    }

    /// <summary>The first date of the schedule after <paramref name="after"/>, in its zone; null when there is none.</summary>
    public ZonedDateTime? Next(ZonedDateTime after)
    {
        var from = TruncateToSecond(after);
        var next = Search(from.ToInstant() + Duration.FromSeconds(1), from.Zone);
        if (next is not { } match || match.Offset >= from.Offset || !_calendar.Matches(from.LocalDateTime))
        {
            return next;
        }

        // The clock went back between the two, so the second may be the first one over again.
        var second = Search(match.ToInstant() + Duration.FromSeconds(1), from.Zone);
        var isRare = second is { } following && following.ToInstant() - match.ToInstant() >= _repeats;
        return isRare ? Search(from.ToInstant() + Duration.FromHours(1) + Duration.FromSeconds(1), from.Zone) : next;
    }

    /// <summary>The last date of the schedule before <paramref name="before"/>, in its zone; null when there is none.</summary>
    public ZonedDateTime? Previous(ZonedDateTime before)
    {
        var zone = before.Zone;
        var truncated = TruncateToSecond(before).ToInstant();
        var until = truncated < before.ToInstant() ? truncated : truncated - Duration.FromSeconds(1);
        var earliest = Math.Max(before.Year - SearchedYears, 1);
        for (var interval = zone.GetZoneInterval(until); ; interval = zone.GetZoneInterval(interval.Start - Duration.Epsilon))
        {
            var from = until.InZone(zone).LocalDateTime;
            var match = _calendar.Previous(from, interval.HasStart ? interval.IsoLocalStart : null, earliest);
            if (match is { } found)
            {
                return found.WithOffset(interval.WallOffset).InZone(zone);
            }

            if (!interval.HasStart || interval.IsoLocalStart.Year < earliest)
            {
                return null;
            }

            until = interval.Start - Duration.FromSeconds(1);
        }
    }

    public override string ToString() => Text;

    // Between two changes of the offset the wall clock runs evenly, so each such interval is searched as a plain calendar.
    private ZonedDateTime? Search(Instant from, DateTimeZone zone)
    {
        var latest = Math.Min(from.InZone(zone).Year + SearchedYears, 9998);
        for (var interval = zone.GetZoneInterval(from); ; interval = zone.GetZoneInterval(from))
        {
            var match = _calendar.Next(from.InZone(zone).LocalDateTime, interval.HasEnd ? interval.IsoLocalEnd : null, latest);
            if (match is { } found)
            {
                return found.WithOffset(interval.WallOffset).InZone(zone);
            }

            if (!interval.HasEnd || interval.IsoLocalEnd.Year > latest)
            {
                return null;
            }

            from = interval.End;
        }
    }

    private static ZonedDateTime TruncateToSecond(ZonedDateTime date) => date.PlusNanoseconds(-date.NanosecondOfSecond);
}
