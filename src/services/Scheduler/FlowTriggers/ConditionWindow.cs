using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>What has been met of a multiple condition within one span of time.</summary>
/// <param name="Results">The parts that were met, by key.</param>
/// <param name="Outputs">Of the executions that met them, later ones over earlier ones.</param>
internal sealed record ConditionWindow(Instant Start, Instant End, IReadOnlySet<string> Results, IReadOnlyDictionary<string, object?> Outputs)
{
    private static readonly Duration Day = Duration.FromDays(1);

    public bool Contains(Instant now) => Start <= now && now <= End;

    /// <summary>The window in which a moment falls; it may lie behind or before it when the day's window is over or to come.</summary>
    public static ConditionWindow At(TimeWindow window, Instant now, DateTimeZone zone)
    {
        var local = now.InZone(zone);
        var (start, end) = window.Type switch
        {
            TimeWindowType.SLIDING_WINDOW => (now, now + (window.Window ?? Day)),
            TimeWindowType.DAILY_TIME_WINDOW => (On(local, window.StartTime ?? LocalTime.Midnight), On(local, window.EndTime ?? LocalTime.MaxValue)),
            TimeWindowType.DAILY_TIME_DEADLINE => (On(local, LocalTime.Midnight), On(local, window.Deadline ?? LocalTime.MaxValue)),
            _ => Grid(local, window.Window ?? Day, window.WindowAdvance ?? Duration.Zero),
        };
        return new ConditionWindow(start, end, new HashSet<string>(StringComparer.Ordinal), new OrderedDictionary<string, object?>());
    }

    // Days begin at midnight, hours at the full hour, minutes at a multiple of the length.
    private static (Instant Start, Instant End) Grid(ZonedDateTime local, Duration length, Duration advance)
    {
        var time = local.TimeOfDay;
        var minutes = Math.Max(1, (int)length.TotalMinutes);
        var begin = length >= Day ? LocalTime.Midnight
            : length >= Duration.FromHours(1) ? new LocalTime(time.Hour, 0)
            : new LocalTime(time.Hour, time.Minute / minutes * minutes);
        var start = On(local, begin) + advance;
        return (start, start + length - Duration.FromMilliseconds(1));
    }

    private static Instant On(ZonedDateTime day, LocalTime time) => (day.Date + time).InZoneLeniently(day.Zone).ToInstant();
}
