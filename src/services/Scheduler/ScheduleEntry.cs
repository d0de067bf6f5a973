using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>A trigger that is a list of dates.</summary>
internal sealed class ScheduleEntry(Flow flow, TriggerDefinition definition, TriggerFingerprint fingerprint, IScheduleTrigger schedule, TriggerConditions conditions, ScheduleDates dates, Trigger row)
    : TriggerEntry(flow, definition, fingerprint, conditions, row)
{
    public IScheduleTrigger Schedule { get; } = schedule;

    public ScheduleDates Dates { get; } = dates;

    public override Instant? Due
    {
        get
        {
            if (Row.Disabled || Row.ExecutionId is not null || Row.Backfill is { Paused: true })
            {
                return null;
            }

            var date = Row.Backfill is null ? Row.NextExecutionDate?.ToInstant() : Instant.MinValue;
            return date is { } due ? Instant.Max(due, NotBefore) : null;
        }
    }

    public override Trigger Resume(Trigger row, MissedSchedules standard, bool isRunning, Instant now) => TriggerRows.Resume(row, Dates, Recovery(standard), now);

    public override Trigger Redefine(Trigger row, Instant now) => TriggerRows.Reschedule(row, Dates, now);

    public override Trigger Reschedule(Trigger row, Instant now) => TriggerRows.Reschedule(row, Dates, now);

    public override Trigger Released(StateType? end, MissedSchedules standard, Instant now) =>
        TriggerRows.Released(Row, end, Definition.StopAfter, Dates, Recovery(standard), now);

    private MissedSchedules Recovery(MissedSchedules standard) => Schedule.RecoverMissedSchedules ?? standard;
}
