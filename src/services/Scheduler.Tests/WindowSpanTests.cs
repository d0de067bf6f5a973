using Kestra.Plugins.Triggers;
using Kestra.Scheduler.FlowTriggers;
using NodaTime;
using static Kestra.Scheduler.Tests.World;

namespace Kestra.Scheduler.Tests;

public sealed class WindowSpanTests
{
    public static TheoryData<TimeWindow, string, string?, string?> Spans => new()
    {
        { new TimeWindow(), "2024-01-15T14:37:12Z", "2024-01-15T00:00:00Z", "2024-01-15T23:59:59.999Z" },
        { Length(Hours(6)), "2024-01-15T14:37:12Z", "2024-01-15T14:00:00Z", "2024-01-15T19:59:59.999Z" },
        { Length(Minutes(15)), "2024-01-15T14:37:12Z", "2024-01-15T14:30:00Z", "2024-01-15T14:44:59.999Z" },
        { Length(Duration.FromDays(7)), "2024-01-15T14:37:12Z", "2024-01-15T00:00:00Z", "2024-01-21T23:59:59.999Z" },
        { Length(Hours(1), Minutes(30)), "2024-01-15T14:37:12Z", "2024-01-15T14:30:00Z", "2024-01-15T15:29:59.999Z" },
        { Length(Hours(1), Minutes(30)), "2024-01-15T14:29:59Z", "2024-01-15T13:30:00Z", "2024-01-15T14:29:59.999Z" },
        { Length(Duration.FromDays(1), Hours(9)), "2024-01-15T08:59:59Z", "2024-01-14T09:00:00Z", "2024-01-15T08:59:59.999Z" },
        { Length(Duration.FromDays(1), Hours(-2)), "2024-01-15T23:00:00Z", "2024-01-15T22:00:00Z", "2024-01-16T21:59:59.999Z" },
        { Type(TimeWindowType.SLIDING_WINDOW), "2024-01-15T14:37:12.5Z", "2024-01-15T14:37:12Z", "2024-01-16T14:37:12Z" },
        { Deadline("09:00:00"), "2024-01-15T09:00:00Z", "2024-01-15T00:00:00Z", "2024-01-15T09:00:00Z" },
        { Deadline("09:00:00"), "2024-01-15T09:00:01Z", null, null },
        { Daily("12:00:00", "13:00:00"), "2024-01-15T12:00:00Z", "2024-01-15T12:00:00Z", "2024-01-15T13:00:00Z" },
        { Daily("12:00:00", "13:00:00"), "2024-01-15T11:59:59Z", null, null },
        { Daily("12:00:00", "13:00:00"), "2024-01-15T13:00:01Z", null, null },
    };

    [Theory]
    [MemberData(nameof(Spans))]
    public void AMomentBelongsToTheSpanAroundIt(TimeWindow window, string moment, string? start, string? end)
    {
        var span = WindowSpan.At(window, At(moment), DateTimeZone.Utc);
        span?.Start.ShouldBe(At(start!));
        span?.End.ShouldBe(At(end!));
        (span is null).ShouldBe(start is null);
    }

    [Theory]
    [InlineData("2024-03-31T00:30:00Z", "2024-03-30T23:00:00Z", "2024-03-31T22:59:59.999Z")]
    [InlineData("2024-10-27T12:00:00Z", "2024-10-26T22:00:00Z", "2024-10-27T21:59:59.999Z")]
    public void DaysBeginAtMidnightOfTheZone(string moment, string start, string end)
    {
        var span = WindowSpan.At(new TimeWindow(), At(moment), DateTimeZoneProviders.Tzdb["Europe/Paris"])!.Value;
        span.Start.ShouldBe(At(start));
        span.End.ShouldBe(At(end));
    }

    private static Duration Hours(int hours) => Duration.FromHours(hours);

    private static Duration Minutes(int minutes) => Duration.FromMinutes(minutes);

    private static TimeWindow Type(TimeWindowType type) => new() { Type = type };

    private static TimeWindow Length(Duration length, Duration? advance = null) => new() { Window = length, WindowAdvance = advance };

    private static TimeWindow Deadline(string time) => new() { Type = TimeWindowType.DAILY_TIME_DEADLINE, Deadline = Time(time) };

    private static TimeWindow Daily(string from, string to) => new() { Type = TimeWindowType.DAILY_TIME_WINDOW, StartTime = Time(from), EndTime = Time(to) };

    private static LocalTime Time(string text) => NodaTime.Text.LocalTimePattern.ExtendedIso.Parse(text).Value;
}
