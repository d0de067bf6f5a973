using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Watching;

/// <summary>How the row of a watched trigger goes on: each method gives the row after one event.</summary>
internal static class WatchRows
{
    /// <summary>A worker is about to evaluate it.</summary>
    public static Trigger Begun(Trigger row, ZonedDateTime date) => row with { EvaluateRunningDate = date, WorkerId = null };

    /// <summary>No worker evaluates it any more.</summary>
    public static Trigger Free(Trigger row) => row with { EvaluateRunningDate = null, WorkerId = null };

    /// <summary>It was looked at.</summary>
    public static Trigger Passed(Trigger row, ZonedDateTime date, ZonedDateTime next) => Free(row) with { Date = date, NextExecutionDate = next };

    /// <summary>It was looked at, and the execution holds it until that ends.</summary>
    public static Trigger Fired(Trigger row, ZonedDateTime date, ZonedDateTime next, string executionId, Instant now) =>
        Passed(row, date, next) with { ExecutionId = executionId, UpdatedDate = now };

    /// <summary>The execution that held the trigger has ended.</summary>
    /// <param name="end">Null when the execution is gone without a trace.</param>
    public static Trigger Released(Trigger row, StateType? end, IReadOnlyList<StateType>? stopAfter)
    {
        var free = row with { ExecutionId = null, UpdatedDate = null };
        return end is { } state && stopAfter is { Count: > 0 } && stopAfter.Contains(state)
            ? Free(free) with { Disabled = true, NextExecutionDate = null }
            : free;
    }
}
