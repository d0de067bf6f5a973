using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What the scheduler does, one thing after the other. Its caller has the loop and the clock's ticks.</summary>
internal sealed partial class SchedulerCore(ScheduleBook book, Firing firing, IExecutionReader executions, SchedulerOptions options, ILogger logger)
{
    /// <summary>When something is due next; null when nothing waits for a date.</summary>
    public Instant? NextDue => book.Queue.Next();

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
            var due = new List<ScheduleEntry>();
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
            var now = book.Now;
            var row = TriggerRows.Released(entry.Row, end, entry.Definition.StopAfter, entry.Dates, book.RecoveryOf(entry), now);
            await book.SaveAsync(row, cancellationToken);
        }
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
    public async Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, ScheduleEntry?, Instant, Trigger> change, CancellationToken cancellationToken)
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

    private async Task<FiringOutcome> TryFireAsync(ScheduleEntry entry, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            return await firing.FireAsync(entry, now, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new FiringOutcome.Later(options.RetryDelay, failure.Message);
        }
    }

    private async Task SettleAsync(ScheduleEntry entry, FiringOutcome outcome, Instant now, CancellationToken cancellationToken)
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

    // Execution and row are stored together, so a row that has not moved tells that the id belongs to an earlier run.
    private async Task TakeOverAsync(ScheduleEntry entry, CancellationToken cancellationToken)
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

    private void Wait(ScheduleEntry entry, Instant until, string why)
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
