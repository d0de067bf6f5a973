using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>The span of time in which the parts of a multiple condition have to be met. Both ends belong to it.</summary>
internal readonly record struct WindowSpan(Instant Start, Instant End)
{
    private static readonly Duration Day = Duration.FromDays(1);
    private static readonly Duration Millisecond = Duration.FromMilliseconds(1);

    public bool Contains(Instant moment) => Start <= moment && moment <= End;

    /// <summary>The span that a moment belongs to; null when it falls outside the window of its day.</summary>
    public static WindowSpan? At(TimeWindow window, Instant moment, DateTimeZone zone)
    {
        var now = Instant.FromUnixTimeSeconds(moment.ToUnixTimeSeconds());
        var local = now.InZone(zone);
        var span = window.Type switch
        {
            TimeWindowType.SLIDING_WINDOW => new WindowSpan(now, now + (window.Window ?? Day)),
            TimeWindowType.DAILY_TIME_WINDOW => new WindowSpan(On(local, window.StartTime ?? LocalTime.Midnight), On(local, window.EndTime ?? LocalTime.MaxValue)),
            TimeWindowType.DAILY_TIME_DEADLINE => new WindowSpan(On(local, LocalTime.Midnight), On(local, window.Deadline ?? LocalTime.MaxValue)),
            _ => Grid(local, window.Window ?? Day, window.WindowAdvance ?? Duration.Zero),
        };
        return span.Contains(now) ? span : null;
    }

    // Days begin at midnight, hours at the full hour, minutes at a multiple of the length. An advance moves the grid, so that the
    // moment may belong to the neighbour of the span that was found first.
    private static WindowSpan Grid(ZonedDateTime local, Duration length, Duration advance)
    {
        var time = local.TimeOfDay;
        var minutes = Math.Max(1, (int)Math.Min(length.TotalMinutes, 60));
        var begin = length >= Day ? LocalTime.Midnight
            : length >= Duration.FromHours(1) ? new LocalTime(time.Hour, 0)
            : new LocalTime(time.Hour, time.Minute / minutes * minutes);
        var whole = Duration.Max(length, Millisecond);
        var start = On(local, begin) + advance;
        var now = local.ToInstant();
        start += whole * (long)Math.Floor((now - start) / whole);
        return new WindowSpan(start, start + whole - Millisecond);
    }

    private static Instant On(ZonedDateTime day, LocalTime time) => (day.Date + time).InZoneLeniently(day.Zone).ToInstant();
}
