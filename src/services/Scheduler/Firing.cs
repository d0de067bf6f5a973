using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What becomes of a trigger that is due.</summary>
internal abstract record FiringOutcome
{
    private FiringOutcome()
    {
    }

    /// <summary>An execution is to be created, and the row stored with it. Nothing has been done yet.</summary>
    public sealed record Ready(FiringRequest Request) : FiringOutcome;

    /// <summary>The row is stored already, together with the execution.</summary>
    public sealed record Fired(Trigger Row, string ExecutionId, ZonedDateTime Date, StateType State) : FiringOutcome;

    /// <summary>Nothing was created; the row is to be stored.</summary>
    public sealed record Moved(Trigger Row) : FiringOutcome;

    /// <summary>The id is taken: by this firing, whose answer was lost, or by an earlier run over the same date.</summary>
    public sealed record Taken : FiringOutcome;

    /// <summary>A worker is to look.</summary>
    public sealed record Evaluate(TriggerJob Job) : FiringOutcome;

    /// <summary>The flow is gone or has changed in between.</summary>
    public sealed record Stale : FiringOutcome;

    public sealed record Later(TimeSpan Delay, string Why) : FiringOutcome;
}

/// <summary>An execution to create.</summary>
/// <param name="Fired">The row as it is stored with it.</param>
/// <param name="Refused">The row when the execution can't be created.</param>
/// <param name="IsOwnId">The id is random, so that only this very firing can have used it.</param>
internal sealed record FiringRequest(ExecutionRequest Execution, ZonedDateTime Date, Trigger Fired, Trigger Refused, bool IsOwnId)
{
    /// <summary>What the execution begins as.</summary>
    public StateType State => Execution.Command is Command.Create { Failure: not null } ? StateType.FAILED : StateType.CREATED;
}

/// <summary>
/// Fires schedules in two steps. Preparing evaluates expressions, which may take long, and changes nothing; submitting creates
/// the execution and moves the trigger on, in one transaction.
/// </summary>
internal sealed class Firing(IExecutionCommands commands, TriggerExecutions executions, EventCommands events, TriggerLog log)
{
    private static readonly OrderedDictionary<string, object?> NoVariables = new(StringComparer.Ordinal);

    /// <param name="now">Truncated to seconds.</param>
    public async Task<FiringOutcome> PrepareAsync(ScheduleEntry entry, Instant now, CancellationToken cancellationToken)
    {
        var row = entry.Row;
        if (DateOf(entry, row, now) is not { } date)
        {
            return new FiringOutcome.Moved(row.Backfill is null
                ? row with { NextExecutionDate = null }
                : TriggerRows.EndBackfill(row, entry.Dates, now));
        }

        if (row.Backfill is null && date.ToInstant() > now + Duration.FromSeconds(1))
        {
            return new FiringOutcome.Moved(row with { NextExecutionDate = date });
        }

        var variables = entry.Dates.Variables(date);
        var failure = (string?)null;
        var executionId = IdOf(entry, date);
        try
        {
            var scope = new TriggerScope(executions.Environment, entry.Flow, executionId, variables, null, cancellationToken);
            if (!entry.Conditions.Hold(scope))
            {
                return new FiringOutcome.Moved(TriggerRows.Passed(row, entry.Dates, date, now));
            }
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            failure = $"Unable to evaluate the Schedule trigger '{entry.Definition.Id}': {cause.Message}";
            log.Write(entry.Flow, entry.Definition, LogLevel.ERROR, failure);
        }

        var isListed = entry.Schedule.IsListOfDates;
        var happening = new TriggerEvent(entry.Flow, entry.Definition, executionId, isListed ? NoVariables : variables)
        {
            ScheduleDate = isListed ? date.ToInstant() : null,
            Inputs = entry.Schedule.Inputs,
            FixedInputs = row.Backfill?.Inputs,
            Labels = row.Backfill?.Labels,
            Failure = failure,
        };
        var create = await events.BuildAsync(happening, cancellationToken);
        var fired = TriggerRows.Fired(row, entry.Dates, date, executionId, now);
        var request = new ExecutionRequest(row.TenantId, executionId, create) { Trigger = fired, MayExist = true };
        return new FiringOutcome.Ready(new FiringRequest(request, date, fired, TriggerRows.Passed(row, entry.Dates, date, now), IsOwnId: false));
    }

    public async Task<FiringOutcome> SubmitAsync(TriggerEntry entry, FiringRequest request, CancellationToken cancellationToken)
    {
        switch (await commands.SubmitAsync(request.Execution, cancellationToken))
        {
            case CommandOutcome.Accepted:
            // The answer to an earlier try was lost.
            case CommandOutcome.Refused { Refusal.Code: RefusalCode.AlreadyExists } when request.IsOwnId:
                return new FiringOutcome.Fired(request.Fired, request.Execution.ExecutionId, request.Date, request.State);
            case CommandOutcome.Refused { Refusal.Code: RefusalCode.AlreadyExists }:
                return new FiringOutcome.Taken();
            case CommandOutcome.Refused { Refusal: var refusal }:
                log.Write(entry.Flow, entry.Definition, LogLevel.WARN, $"[date: {request.Date.ToOffsetDateTime()}] No execution could be created: {refusal.Message}");
                return new FiringOutcome.Moved(request.Refused);
            case CommandOutcome.Overloaded overloaded:
                return new FiringOutcome.Later(overloaded.RetryAfter, "The executor is overloaded.");
            default:
                return new FiringOutcome.Stale();
        }
    }

    /// <summary>The date to fire; null when there is none left.</summary>
    private static ZonedDateTime? DateOf(ScheduleEntry entry, Trigger row, Instant now)
    {
        var dates = entry.Dates;
        if (row.Backfill is { } backfill)
        {
            var date = dates.From((backfill.CurrentDate ?? backfill.Start).ToInstant());
            return date is { } due && backfill.End is { } end && due.ToInstant() > end.ToInstant() ? null : date;
        }

        var candidate = dates.From(row.NextExecutionDate!.Value.ToInstant());
        if (entry.Schedule.LateMaximumDelay is { } delay && candidate is { } late && late.ToInstant() + delay < now)
        {
            // Everything up to now - delay is too late, so the search starts there.
            return dates.Next(now - delay - Duration.Epsilon);
        }

        return candidate;
    }

    private static string IdOf(ScheduleEntry entry, ZonedDateTime date)
    {
        var id = DerivedId.Of(entry.Key.ToString(), date.ToInstant().ToString());
        return entry.TakenIds == 0 ? id : DerivedId.Of(id, entry.TakenIds);
    }
}
