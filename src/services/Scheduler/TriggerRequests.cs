using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What users ask of a trigger; each method gives the row after it.</summary>
internal static class TriggerRequests
{
    /// <param name="entry">Null for a trigger of a disabled flow, or one that its flow disables. What is switched on then counts its dates from now on, as any other does, but misses them until it is scheduled again.</param>
    public static Trigger SetDisabled(Trigger row, TriggerEntry? entry, bool disabled, Instant now)
    {
        if (row.Disabled == disabled)
        {
            return row;
        }

        // An evaluation that runs is over with it.
        var switched = row with { Disabled = disabled, NextExecutionDate = null, EvaluateRunningDate = null, WorkerId = null };
        return entry?.Reschedule(switched, now) ?? Unscheduled(switched, now);
    }

    public static Trigger Unlock(Trigger row) => row.ExecutionId is null && row.EvaluateRunningDate is null
        ? throw new TriggerRefusedException("Trigger is not locked")
        : row with { ExecutionId = null, UpdatedDate = null, EvaluateRunningDate = null, WorkerId = null };

    public static Trigger Restart(Trigger row, TriggerEntry? entry, Instant now)
    {
        var fresh = TriggerRows.Restarted(row);
        return entry?.Reschedule(fresh, now) ?? Unscheduled(fresh, now);
    }

    private static Trigger Unscheduled(Trigger row, Instant now) => row.Disabled || row.Backfill is not null ? row : row with { Date = now.InUtc(), NextExecutionDate = now.InUtc() };

    public static Trigger StartBackfill(Trigger row, TriggerEntry? entry, Backfill backfill, Instant now)
    {
        if (entry is not ScheduleEntry schedule)
        {
            throw new TriggerRefusedException("Backfills are for schedules of enabled flows only");
        }

        return row.Backfill is null
            ? TriggerRows.StartBackfill(row, backfill, schedule.Dates.Zone, now)
            : throw new TriggerRefusedException("The trigger has a backfill already");
    }

    public static Trigger SetBackfillPaused(Trigger row, bool paused) => row.Backfill is { } backfill
        ? row with { Backfill = backfill with { Paused = paused } }
        : throw new TriggerRefusedException("No backfill found");

    public static Trigger DeleteBackfill(Trigger row, TriggerEntry? entry, Instant now)
    {
        if (row.Backfill is not { } backfill)
        {
            throw new TriggerRefusedException("No backfill found");
        }

        return entry is ScheduleEntry schedule
            ? TriggerRows.EndBackfill(row, schedule.Dates, now)
            : row with { Backfill = null, NextExecutionDate = backfill.PreviousNextExecutionDate };
    }
}
