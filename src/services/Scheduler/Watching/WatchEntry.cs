using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Watching;

/// <summary>A trigger that a worker watches: again and again (polling), or as long as it is enabled (realtime).</summary>
internal sealed class WatchEntry(Flow flow, TriggerDefinition definition, TriggerFingerprint fingerprint, ITrigger plugin, TriggerConditions conditions, Trigger row, DateTimeZone zone)
    : TriggerEntry(flow, definition, fingerprint, conditions, row)
{
    // Far enough for any use, and near enough for every calendar.
    private static readonly Duration LongestInterval = Duration.FromDays(3650);

    public ITrigger Plugin { get; } = plugin;

    public DateTimeZone Zone { get; } = zone;

    public bool IsRealtime => Plugin is IRealtimeTrigger;

    /// <summary>Runs of a realtime trigger that failed one after the other.</summary>
    public int Failures { get; set; }

    /// <summary>A row without a date is one that has not been looked at yet.</summary>
    public override Instant? Due => Row.Disabled || Row.ExecutionId is not null || Row.EvaluateRunningDate is not null
        ? null
        : Instant.Max(Row.NextExecutionDate?.ToInstant() ?? Instant.MinValue, NotBefore);

    /// <summary>From one evaluation to the next, within what makes sense; for a realtime trigger, until its conditions are looked at again.</summary>
    public Duration Interval(Duration shortest) => Plugin is IPollingTrigger polling
        ? Duration.Max(shortest, Duration.Min(polling.Interval, LongestInterval))
        : Duration.FromMinutes(1);

    public override Trigger Resume(Trigger row, MissedSchedules standard, bool isRunning, Instant now)
    {
        var known = isRunning ? row : WatchRows.Free(row);
        return known.NextExecutionDate is null ? Reschedule(known, now) : known;
    }

    public override Trigger Redefine(Trigger row, Instant now) => Reschedule(WatchRows.Free(row) with { Backfill = null }, now);

    public override Trigger Reschedule(Trigger row, Instant now) => row.Disabled ? row : row with { NextExecutionDate = now.InZone(Zone) };

    public override Trigger Released(StateType? end, MissedSchedules standard, Instant now) => WatchRows.Released(Row, end, Definition.StopAfter);
}
