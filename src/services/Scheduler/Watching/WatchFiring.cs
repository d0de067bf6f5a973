using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Watching;

/// <summary>Begins the evaluations of watched triggers, and makes executions of what they find.</summary>
internal sealed class WatchFiring(IExecutionCommands commands, TriggerExecutions executions, EventCommands events, SchedulerOptions options, TriggerLog log, IIdSource ids, TimeProvider time)
{
    private static readonly OrderedDictionary<string, object?> NoVariables = new(StringComparer.Ordinal);

    /// <summary>Looks at the conditions of a trigger that is due. Nothing changes.</summary>
    /// <param name="now">Truncated to seconds.</param>
    public async Task<FiringOutcome> BeginAsync(WatchEntry entry, Instant now, CancellationToken cancellationToken)
    {
        var executionId = ids.Next();
        var date = now.InZone(entry.Zone);
        var scope = new TriggerScope(executions.Environment, entry.Flow, executionId, NoVariables, null, cancellationToken);
        string? group;
        try
        {
            if (!entry.Conditions.Hold(scope))
            {
                return new FiringOutcome.Moved(WatchRows.Passed(entry.Row, date, NextOf(entry, now)));
            }

            // As for a task, an expression may come to the conclusion that any worker will do.
            group = entry.Definition.WorkerGroup?.Key is { } declared && scope.Render(declared) is { Length: > 0 } key ? key : null;
        }
        catch (Exception cause) when (cause is not OperationCanceledException)
        {
            // One execution that tells of it, and holds the trigger until it has ended, as for schedules. Its id follows from the
            // date, so that a firing whose answer was lost finds it when it is tried again.
            executionId = DerivedId.Of($"{entry.Key}/condition", (entry.Row.NextExecutionDate?.ToInstant() ?? now).ToString());
            var failure = $"Unable to evaluate the trigger '{entry.Definition.Id}': {cause.Message}";
            log.Write(entry.Flow, entry.Definition, LogLevel.ERROR, failure);
            var moved = WatchRows.Fired(entry.Row, date, NextOf(entry, now), executionId, now);
            return await ReadyAsync(entry, executionId, NoVariables, failure, date, moved, cancellationToken);
        }

        return new FiringOutcome.Evaluate(new TriggerJob
        {
            Key = entry.Key,
            ExecutionId = executionId,
            Flow = entry.Flow,
            Definition = entry.Definition,
            Plugin = entry.Plugin,
            Date = date,
            Variables = scope.Variables,
            WorkerGroup = group,
        });
    }

    /// <summary>A job is over: the row is to move on, in one transaction with the execution where there is one. Nothing has changed yet.</summary>
    public Task<FiringOutcome> EndAsync(WatchEntry entry, TriggerJob job, TriggerAnswer answer, Instant now, CancellationToken cancellationToken)
    {
        if (entry.IsRealtime)
        {
            return EndRealtimeAsync(entry, job, answer as TriggerAnswer.Failed, now, cancellationToken);
        }

        var next = NextOf(entry, now);
        var fired = WatchRows.Fired(entry.Row, job.Date, next, job.ExecutionId, now);
        return answer switch
        {
            TriggerAnswer.Happened happened => ReadyAsync(entry, job.ExecutionId, happened.Variables, null, job.Date, fired, cancellationToken),
            TriggerAnswer.Failed failed when entry.Definition.FailOnTriggerError => ReadyAsync(entry, job.ExecutionId, NoVariables, failed.Message, job.Date, fired, cancellationToken),
            _ => Task.FromResult<FiringOutcome>(new FiringOutcome.Moved(WatchRows.Passed(entry.Row, job.Date, next))),
        };
    }

    /// <summary>Creates the execution of one event of a realtime trigger; its row does not move. May be called from any thread.</summary>
    public async Task<TriggerReception> EventAsync(WatchEntry entry, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken)
    {
        var create = await events.BuildAsync(new TriggerEvent(entry.Flow, entry.Definition, executionId, variables), cancellationToken);
        switch (await commands.SubmitAsync(new ExecutionRequest(entry.Row.TenantId, executionId, create) { MayExist = true }, cancellationToken))
        {
            case CommandOutcome.Overloaded:
                return TriggerReception.Later;
            case CommandOutcome.Refused { Refusal: { Code: not RefusalCode.AlreadyExists } refusal }:
                log.Write(entry.Flow, entry.Definition, LogLevel.WARN, $"No execution could be created: {refusal.Message}");
                return TriggerReception.Taken;
            case CommandOutcome.NotFound:
                return TriggerReception.Void;
            default:
                entry.Failures = 0;
                return TriggerReception.Taken;
        }
    }

    // It is started again after a pause that doubles from one failure to the next; an event in between begins anew.
    private Task<FiringOutcome> EndRealtimeAsync(WatchEntry entry, TriggerJob job, TriggerAnswer.Failed? failed, Instant now, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromTicks(Math.Min(options.RealtimeRestartDelayLimit.Ticks, options.RealtimeRestartDelay.Ticks << Math.Min(entry.Failures, 20)));
        var next = (now + Duration.FromTimeSpan(pause)).InZone(entry.Zone);
        var moved = WatchRows.Passed(entry.Row, job.Date, next);
        return failed is null
            ? Task.FromResult<FiringOutcome>(new FiringOutcome.Moved(moved))
            : ReadyAsync(entry, job.ExecutionId, NoVariables, failed.Message, job.Date, moved, cancellationToken);
    }

    private async Task<FiringOutcome> ReadyAsync(WatchEntry entry, string executionId, IReadOnlyDictionary<string, object?> variables, string? failure, ZonedDateTime date, Trigger moved, CancellationToken cancellationToken)
    {
        var happening = new TriggerEvent(entry.Flow, entry.Definition, executionId, variables) { Failure = failure };
        var create = await events.BuildAsync(happening, cancellationToken);
        var request = new ExecutionRequest(entry.Row.TenantId, executionId, create) { Trigger = moved, MayExist = true };
        var passed = WatchRows.Passed(entry.Row, date, NextOf(entry, Instant.FromDateTimeOffset(time.GetUtcNow())));
        return new FiringOutcome.Ready(new FiringRequest(request, date, moved, passed, IsOwnId: true));
    }

    private ZonedDateTime NextOf(WatchEntry entry, Instant now) => (now + entry.Interval(Duration.FromTimeSpan(options.ShortestInterval))).InZone(entry.Zone);
}
