using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>How the row of a schedule goes on: each method gives the row after one event.</summary>
internal static class TriggerRows
{
    /// <summary>The next date is left for <see cref="Resume"/>.</summary>
    public static Trigger Create(TriggerKey key) => new()
    {
        TenantId = key.TenantId,
        Namespace = key.Namespace,
        FlowId = key.FlowId,
        TriggerId = key.TriggerId,
    };

    /// <summary>A row that nobody has watched for a while: the server was down, the flow or the trigger disabled.</summary>
    public static Trigger Resume(Trigger row, ScheduleDates dates, MissedSchedules recover, Instant now)
    {
        var known = row with { EvaluateRunningDate = null, WorkerId = null };
        if (row.Disabled || row.Backfill is not null)
        {
            return known;
        }

        var next = row.NextExecutionDate ?? (row.Date is { } last ? dates.Next(last.ToInstant()) : dates.First(now));
        return Recover(known with { NextExecutionDate = next }, dates, recover, now);
    }

    /// <summary>The dates are reckoned anew from now. Where none is left, the row says that they are done with: those of a list would count as missed else.</summary>
    public static Trigger Reschedule(Trigger row, ScheduleDates dates, Instant now)
    {
        if (row.Disabled || row.Backfill is not null)
        {
            return row;
        }

        return dates.Next(now) is { } next ? row with { NextExecutionDate = next } : row with { NextExecutionDate = null, Date = now.InZone(dates.Zone) };
    }

    /// <summary>A date was fired.</summary>
    public static Trigger Fired(Trigger row, ScheduleDates dates, ZonedDateTime date, string executionId, Instant now)
    {
        var moved = Passed(row, dates, date, now);
        return moved with
        {
            Date = row.Backfill is null ? date : row.Date,
            ExecutionId = executionId,
            UpdatedDate = now,
            EvaluateRunningDate = null,
        };
    }

    /// <summary>A date is done with: the next one, of the backfill while it lasts.</summary>
    public static Trigger Passed(Trigger row, ScheduleDates dates, ZonedDateTime date, Instant now)
    {
        var next = dates.Next(date.ToInstant());
        if (row.Backfill is not { } backfill)
        {
            return row with { NextExecutionDate = next };
        }

        return next is { } following && (backfill.End is not { } end || following.ToInstant() <= end.ToInstant())
            ? row with { Backfill = backfill with { CurrentDate = next }, NextExecutionDate = next }
            : EndBackfill(row, dates, now);
    }

    /// <summary>Back to the regular dates.</summary>
    public static Trigger EndBackfill(Trigger row, ScheduleDates dates, Instant now)
    {
        var regular = row.Backfill?.PreviousNextExecutionDate ?? dates.Next(now);
        return row with { Backfill = null, NextExecutionDate = row.Disabled ? null : regular };
    }

    public static Trigger StartBackfill(Trigger row, Backfill backfill, DateTimeZone zone, Instant now) => row with
    {
        Backfill = backfill with
        {
            End = backfill.End ?? now.InZone(zone),
            CurrentDate = backfill.Start,
            PreviousNextExecutionDate = row.NextExecutionDate,
        },
        NextExecutionDate = null,
    };

    /// <summary>The execution that held the trigger has ended.</summary>
    /// <param name="end">Null when the execution is gone without a trace.</param>
    public static Trigger Released(Trigger row, StateType? end, IReadOnlyList<StateType>? stopAfter, ScheduleDates dates, MissedSchedules recover, Instant now)
    {
        var free = row with { ExecutionId = null, UpdatedDate = null };
        if (end is { } state && stopAfter is { Count: > 0 } && stopAfter.Contains(state))
        {
            return free with { Disabled = true, NextExecutionDate = null };
        }

        return free.Disabled || free.Backfill is not null ? free : Recover(free, dates, recover, now);
    }

    public static Trigger Restarted(Trigger row) => Create(TriggerKey.Of(row)) with { Disabled = row.Disabled, StopAfter = row.StopAfter };

    private static Trigger Recover(Trigger row, ScheduleDates dates, MissedSchedules recover, Instant now)
    {
        if (row.ExecutionId is not null || row.NextExecutionDate is not { } next || next.ToInstant() >= now)
        {
            return row;
        }

        return recover switch
        {
            MissedSchedules.NONE => row with { NextExecutionDate = dates.Next(now) },
            MissedSchedules.LAST => row with { NextExecutionDate = Last(row, dates, now) ?? dates.Next(now) },
            _ => row,
        };
    }

    // A date that equals now is due rather than missed, yet it is the latest.
    private static ZonedDateTime? Last(Trigger row, ScheduleDates dates, Instant now)
    {
        var last = dates.Previous(now + Duration.FromSeconds(1));
        return last is { } date && (row.Date is not { } done || date.ToInstant() > done.ToInstant()) ? date : null;
    }
}
