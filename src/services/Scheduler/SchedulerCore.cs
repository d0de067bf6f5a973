using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Kestra.Scheduler.Watching;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What the scheduler does, one thing after the other. Its caller has the loop and the clock's ticks.</summary>
internal sealed partial class SchedulerCore(TriggerBook book, Firing firing, WatchFiring watching, Evaluations evaluations, IExecutionReader executions, SchedulerOptions options, ILogger logger)
{
    /// <summary>When something is due next; null when nothing waits for a date.</summary>
    public Instant? NextDue => book.Queue.Next();

    public IReadOnlyList<ScheduleDescription> Describe() => book.Describe();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await book.LoadAsync(cancellationToken);
        await CheckLocksAsync(cancellationToken);
    }

    /// <summary>Fires everything that is due now, in the order of the dates, until nothing is.</summary>
    public async Task FireDueAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = book.Now;
            var due = new List<TriggerEntry>();
            while (due.Count < options.FiringLimit && book.Queue.TryTake(now, out var entry))
            {
                due.Add(entry);
            }

            if (due.Count == 0)
            {
                return;
            }

            var outcomes = await Task.WhenAll(due.Select(entry => Task.Run(() => TryFireAsync(entry, now, cancellationToken), cancellationToken)));
            foreach (var (entry, outcome) in due.Zip(outcomes))
            {
                await SettleAsync(entry, outcome, now, cancellationToken);
            }
        }
    }

    public Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken) =>
        book.ApplyAsync(tenantId, @namespace, flowId, cancellationToken);

    /// <summary>The execution that may hold a trigger has ended.</summary>
    /// <param name="end">Null when it is gone without a trace.</param>
    public async Task ReleaseAsync(string executionId, StateType? end, CancellationToken cancellationToken)
    {
        if (book.FindLockedBy(executionId) is { } entry)
        {
            await book.SaveAsync(entry.Released(end, options.RecoverMissedSchedules, book.Now), cancellationToken);
        }
    }

    /// <summary>An execution of a trigger that nothing holds has ended: one of a realtime trigger's many.</summary>
    public async Task EndedAsync(TriggerKey key, string executionId, StateType end, CancellationToken cancellationToken)
    {
        if (book.FindLockedBy(executionId) is not null)
        {
            await ReleaseAsync(executionId, end, cancellationToken);
        }
        else if (book.Find(key) is WatchEntry { IsRealtime: true, Row.Disabled: false } entry && (entry.Definition.StopAfter ?? []).Contains(end))
        {
            await book.SaveAsync(WatchRows.Released(entry.Row, end, entry.Definition.StopAfter), cancellationToken);
        }
    }

    /// <summary>A worker has a trigger job.</summary>
    public async Task StartedAsync(TriggerJob job, string workerId, CancellationToken cancellationToken)
    {
        if (evaluations.EntryOf(job) is { Row.EvaluateRunningDate: not null } entry)
        {
            await book.SaveAsync(entry.Row with { WorkerId = workerId }, cancellationToken);
        }
    }

    /// <summary>A trigger job is over.</summary>
    public async Task<TriggerReception> AnswerAsync(TriggerJob job, TriggerAnswer answer, CancellationToken cancellationToken)
    {
        if (evaluations.EntryOf(job) is not { } entry)
        {
            return TriggerReception.Void;
        }

        var now = book.Now;
        switch (await watching.EndAsync(entry, job, answer, now, cancellationToken))
        {
            case FiringOutcome.Later:
                return TriggerReception.Later;
            case FiringOutcome.Fired fired:
                LogFired(fired.ExecutionId, fired.Date.ToOffsetDateTime(), now);
                book.Adopt(fired.Row);
                break;
            case FiringOutcome.Moved moved:
                await book.SaveAsync(moved.Row, cancellationToken);
                break;
        }

        entry.Failures++;
        return TriggerReception.Taken;
    }

    /// <summary>Looks for the executions that hold triggers: the news of an end may have been lost.</summary>
    public async Task CheckLocksAsync(CancellationToken cancellationToken)
    {
        foreach (var (executionId, key) in book.Locks.ToList())
        {
            var execution = await executions.FindAsync(key.TenantId, executionId, cancellationToken);
            if (execution is { State.Current: var state })
            {
                if (state.IsTerminated)
                {
                    await ReleaseAsync(executionId, state, cancellationToken);
                }
            }
            else if (book.Find(key) is { Row.UpdatedDate: var since } && (since is not { } locked || book.Now - locked >= Duration.FromTimeSpan(options.MissingExecutionTimeout)))
            {
                LogLost(key.ToString(), executionId);
                await ReleaseAsync(executionId, null, cancellationToken);
            }
        }
    }

    /// <summary>Changes one row as a user asked for.</summary>
    /// <param name="change">From the stored row, the entry (null when the trigger is not scheduled here) and now.</param>
    /// <returns>Null when there is no such row.</returns>
    public async Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, TriggerEntry?, Instant, Trigger> change, CancellationToken cancellationToken)
    {
        if (await book.ReadRowAsync(key, cancellationToken) is not { } row)
        {
            return null;
        }

        var changed = change(row, book.Find(key), book.Now);
        await book.SaveAsync(changed, cancellationToken);
        return changed;
    }

    public async Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken)
    {
        if (await book.ReadRowAsync(key, cancellationToken) is not { } row)
        {
            return false;
        }

        await book.DeleteAsync(row, cancellationToken);
        return true;
    }

    private async Task<FiringOutcome> TryFireAsync(TriggerEntry entry, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            return entry switch
            {
                ScheduleEntry schedule => await firing.FireAsync(schedule, now, cancellationToken),
                WatchEntry watched => await watching.BeginAsync(watched, now, cancellationToken),
                _ => throw new InvalidOperationException($"Nothing is known of firing {entry.GetType().Name}."),
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new FiringOutcome.Later(options.RetryDelay, failure.Message);
        }
    }

    private async Task SettleAsync(TriggerEntry entry, FiringOutcome outcome, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            switch (outcome)
            {
                case FiringOutcome.Fired fired:
                    LogFired(fired.ExecutionId, fired.Date.ToOffsetDateTime(), now);
                    book.Adopt(fired.Row);
                    break;
                case FiringOutcome.Moved moved:
                    await book.SaveAsync(moved.Row, cancellationToken);
                    break;
                case FiringOutcome.Evaluate evaluate:
                    await DispatchAsync((WatchEntry)entry, evaluate.Job, now, cancellationToken);
                    break;
                case FiringOutcome.Taken:
                    await TakeOverAsync(entry, cancellationToken);
                    break;
                case FiringOutcome.Stale:
                    await book.ApplyAsync(entry.Row.TenantId, entry.Row.Namespace, entry.Row.FlowId, cancellationToken);
                    break;
                case FiringOutcome.Later later:
                    Wait(entry, now + Duration.FromTimeSpan(later.Delay), later.Why);
                    break;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Wait(entry, now + Duration.FromTimeSpan(options.RetryDelay), failure.Message);
        }
    }

    // The lock is durable before the worker begins, so that a row tells what goes on.
    private async Task DispatchAsync(WatchEntry entry, TriggerJob job, Instant now, CancellationToken cancellationToken)
    {
        var free = entry.Row;
        if (evaluations.HasRoom(job.WorkerGroup))
        {
            await book.SaveAsync(WatchRows.Begun(free, job.Date), cancellationToken);
            if (evaluations.TryBegin(entry, job))
            {
                return;
            }

            await book.SaveAsync(free, cancellationToken);
        }

        Wait(entry, now + Duration.FromTimeSpan(options.RetryDelay), "The workers are behind with their evaluations of triggers.");
    }

    // Execution and row are stored together, so a row that has not moved tells that the id belongs to an earlier run.
    private async Task TakeOverAsync(TriggerEntry entry, CancellationToken cancellationToken)
    {
        var stored = await book.ReadRowAsync(entry.Key, cancellationToken);
        if (stored is null)
        {
            await book.ApplyAsync(entry.Row.TenantId, entry.Row.Namespace, entry.Row.FlowId, cancellationToken);
        }
        else if (IsSamePosition(stored, entry.Row))
        {
            entry.TakenIds++;
            book.Queue.Place(entry);
        }
        else
        {
            book.Adopt(stored);
        }
    }

    private void Wait(TriggerEntry entry, Instant until, string why)
    {
        LogPostponed(entry.Key.ToString(), why);
        entry.NotBefore = until;
        book.Queue.Place(entry);
    }

    private static bool IsSamePosition(Trigger one, Trigger other) =>
        one.ExecutionId == other.ExecutionId
        && one.NextExecutionDate?.ToInstant() == other.NextExecutionDate?.ToInstant()
        && one.Backfill?.CurrentDate?.ToInstant() == other.Backfill?.CurrentDate?.ToInstant();

    [LoggerMessage(Level = LogLevel.Information, Message = "Scheduled execution {ExecutionId} at '{Date}' started at '{Now}'")]
    private partial void LogFired(string executionId, OffsetDateTime date, Instant now);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger {Trigger} could not be fired and is tried again: {Why}")]
    private partial void LogPostponed(string trigger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger {Trigger} was held by execution {ExecutionId}, which does not exist; it is released")]
    private partial void LogLost(string trigger, string executionId);
}
