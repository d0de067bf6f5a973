using Kestra.Cron;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates executions at the dates of a cron expression.</summary>
[PluginOutput("date", typeof(ZonedDateTime), Title = "The date of the current schedule.")]
[PluginOutput("next", typeof(ZonedDateTime), Title = "The date of the next schedule.")]
[PluginOutput("previous", typeof(ZonedDateTime), Title = "The date of the previous schedule.")]
[Plugin("io.kestra.plugin.core.trigger.Schedule", Aliases = ["io.kestra.core.models.triggers.types.Schedule"], Title = "Schedule a flow based on a cron expression.")]
public sealed class Schedule : IScheduleTrigger, ISelfChecking
{
    private CronExpression? expression;

    /// <summary>Five fields, six with <see cref="WithSeconds"/>, or a nickname such as <c>@hourly</c>.</summary>
    [PluginProperty(Required = true)]
    public string Cron { get; init; } = "";

    /// <summary>The first field of <see cref="Cron"/> is the second.</summary>
    public bool WithSeconds { get; init; }

    /// <summary>Id of a time zone; null is the server's zone.</summary>
    public string? Timezone { get; init; }

    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public Duration? LateMaximumDelay { get; init; }

    public MissedSchedules? RecoverMissedSchedules { get; init; }

    /// <summary>The older place of conditions; they are tested with those of <c>conditions</c>.</summary>
    [PluginProperty(Deprecated = true)]
    public IReadOnlyList<ICondition>? ScheduleConditions { get; init; }

    /// <summary>Without effect: backfills are started by users, not by the flow.</summary>
    [PluginProperty(Deprecated = true)]
    public IReadOnlyDictionary<string, object?>? Backfill { get; init; }

    public DateTimeZone? Zone => TimeZones.Of(Timezone);

    private CronExpression Expression => expression ??= Parse();

    public ZonedDateTime? Next(ZonedDateTime after) => Expression.Next(after);

    public ZonedDateTime? Previous(ZonedDateTime before) => Expression.Previous(before);

    public IEnumerable<PluginBindingFault> Check()
    {
        if (ParsedCrons.Find(Cron, WithSeconds, out var error) is null)
        {
            yield return new PluginBindingFault("", $"invalid cron expression '{Cron}': {error}");
        }

        if (Timezone is { } id && TimeZones.Find(id) is null)
        {
            yield return new PluginBindingFault("timezone", $"timezone '({id})' is not a valid time-zone ID");
        }
    }

    private CronExpression Parse() =>
        ParsedCrons.Find(Cron, WithSeconds, out var error) ?? throw new TriggerFaultException($"invalid cron expression '{Cron}': {error}");
}
