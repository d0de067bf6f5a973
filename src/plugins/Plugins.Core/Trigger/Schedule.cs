using Kestra.Cron;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates executions at the dates of a cron expression.</summary>
[Plugin("io.kestra.plugin.core.trigger.Schedule", Aliases = ["io.kestra.core.models.triggers.types.Schedule"], Title = "Schedule a flow based on a cron expression.")]
public sealed class Schedule : IScheduleTrigger
{
    private CronExpression? expression;

    /// <summary>Five fields, six with <see cref="WithSeconds"/>, or a nickname such as <c>@hourly</c>.</summary>
    public required string Cron { get; init; }

    /// <summary>The first field of <see cref="Cron"/> is the second.</summary>
    public bool WithSeconds { get; init; }

    /// <summary>Id of a time zone; null is the server's zone.</summary>
    public string? Timezone { get; init; }

    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public Duration? LateMaximumDelay { get; init; }

    public MissedSchedules? RecoverMissedSchedules { get; init; }

    /// <summary>The older place of conditions; they are tested with those of <c>conditions</c>.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>>? ScheduleConditions { get; init; }

    /// <summary>Without effect: backfills are started by users, not by the flow.</summary>
    public IReadOnlyDictionary<string, object?>? Backfill { get; init; }

    public DateTimeZone? Zone => Timezone is null
        ? null
        : ZoneOf(Timezone) ?? throw new TriggerFaultException($"timezone '({Timezone})' is not a valid time-zone ID");

    private CronExpression Expression => expression ??= Parse();

    public ZonedDateTime? Next(ZonedDateTime after) => Expression.Next(after);

    public ZonedDateTime? Previous(ZonedDateTime before) => Expression.Previous(before);

    private CronExpression Parse() => CronExpression.TryParse(Cron, WithSeconds, out var parsed, out var error)
        ? parsed
        : throw new TriggerFaultException($"invalid cron expression '{Cron}': {error}");

    // Offsets such as +02:00 and GMT+2 are zones to users, too.
    private static DateTimeZone? ZoneOf(string id)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } known)
        {
            return known;
        }

        var offset = id is ['G', 'M', 'T', ..] or ['U', 'T', 'C', ..] ? id[3..] : id;
        return offset is "Z" ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull("UTC" + Padded(offset));
    }

    private static string Padded(string offset) => offset is ['+' or '-', >= '0' and <= '9'] ? $"{offset[0]}0{offset[1..]}" : offset;
}
