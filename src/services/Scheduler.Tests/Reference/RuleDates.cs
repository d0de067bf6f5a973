using System.Collections.Concurrent;
using NodaTime;

namespace Kestra.Scheduler.Tests.Reference;

/// <summary>The dates of a few rules, found by looking at every fifth minute of the wall clock, which is fine enough for them. Shares nothing with the product's reading of cron.</summary>
/// <param name="IsHourly">A time that the clock shows twice counts twice only for rules that go by the hour, or faster.</param>
internal sealed record RuleDates(string Cron, Func<LocalDateTime, bool> Matches, bool IsHourly)
{
    private static readonly ConcurrentDictionary<(string Cron, string Zone, Instant Begin, Instant End), IReadOnlyList<Instant>> Known = new();

    public static IReadOnlyList<RuleDates> All { get; } =
    [
        new("*/20 * * * *", static at => at.Minute % 20 == 0, IsHourly: true),
        new("0 * * * *", static at => at.Minute == 0, IsHourly: true),
        new("30 2 * * *", static at => at is { Hour: 2, Minute: 30 }, IsHourly: false),
        new("15,45 */3 * * *", static at => at.Minute is 15 or 45 && at.Hour % 3 == 0, IsHourly: false),
        new("0 1 * * 1-5", static at => at is { Hour: 1, Minute: 0 } && at.DayOfWeek <= IsoDayOfWeek.Friday, IsHourly: false),
        new("5 0,12 10-12,31 * *", static at => at is { Hour: 0 or 12, Minute: 5, Day: >= 10 and <= 12 or 31 }, IsHourly: false),
    ];

    /// <summary>In a zone, from one instant to another, in order.</summary>
    public IReadOnlyList<Instant> Between(Instant begin, Instant end, DateTimeZone zone) => Known.GetOrAdd((Cron, zone.Id, begin, end), _ =>
    {
        var found = new List<Instant>();
        for (var minute = Instant.FromUnixTimeSeconds(begin.ToUnixTimeSeconds() / 300 * 300); minute <= end; minute += Duration.FromMinutes(5))
        {
            var local = minute.InZone(zone).LocalDateTime;
            if (Matches(local) && (IsHourly || zone.MapLocal(local).First().ToInstant() == minute))
            {
                found.Add(minute);
            }
        }

        return found;
    });
}
