using System.Diagnostics;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Kestra.Scheduler.Watching;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What the scheduler does, one thing after the other. Its caller has the loop and the clock's ticks.</summary>
internal sealed partial class SchedulerCore(TriggerBook book, Firing firing, WatchFiring watching, Evaluations evaluations, Preparations preparations, IExecutionReader executions, SchedulerOptions options, SchedulerMetrics metrics, ILogger logger)
{
    /// <summary>When something is due next; null when nothing waits for a date, or nothing more can be begun.</summary>
    public Instant? NextDue => preparations.HasFinished ? Instant.MinValue : preparations.Room > 0 ? book.Queue.Next() : null;

    public IReadOnlyList<ScheduleDescription> Describe() => book.Describe();

    /// <summary>There are flows whose triggers rest because they were not read yet.</summary>
    public bool HasUnread => book.HasUnread;

    public Task StartAsync(CancellationToken cancellationToken) => book.LoadAsync(cancellationToken);

    /// <summary>Reads some of the flows that were not read yet.</summary>
    public async Task ReadSomeAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in await book.ReadSomeAsync(cancellationToken))
        {
            // Its execution may have ended while nobody listened.
            if (entry.Row.ExecutionId is { } holder)
            {
                await CheckLockAsync(holder, entry.Key, cancellationToken);
            }
        }
    }

    /// <summary>Fires what is due now, in the order of the dates, as many as the limit allows.</summary>
    /// <returns>False when nothing was due.</returns>
    public async Task<bool> FireDueAsync(CancellationToken cancellationToken)
    {
        var now = book.Now;
        var started = Stopwatch.GetTimestamp();
        var settled = preparations.TakeFinished(book);
        var begun = new List<Preparation>();
        while (begun.Count < preparations.Room && book.Queue.TryTake(now, out var entry))
        {
            begun.Add(new Preparation(entry, entry.Row, Task.Run(() => TryPrepareAsync(entry, now, cancellationToken), cancellationToken)));
        }

        if (begun.Count == 0 && settled.Count == 0)
        {
            return false;
        }

        settled.AddRange(await preparations.WaitAsync(begun, cancellationToken));
        var outcomes = await Task.WhenAll(settled.Select(done => TrySubmitAsync(done.Entry, done.Outcome, cancellationToken)));
        await SettleAsync([.. settled.Zip(outcomes, static (done, outcome) => (done.Entry, outcome))], now, cancellationToken);
        metrics.Looped(settled.Count, Stopwatch.GetElapsedTime(started));
        return true;
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

    /// <summary>Executions of triggers have ended. All rows that move are stored together.</summary>
    public async Task EndedAsync(IReadOnlyList<EndedExecution> ended, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<TriggerKey, Trigger>();
        foreach (var (key, executionId, end) in ended)
        {
            await book.EnsureReadAsync(key, cancellationToken);
            if (book.FindLockedBy(executionId) is { } held)
            {
                rows[held.Key] = held.Released(end, options.RecoverMissedSchedules, book.Now);
                metrics.Released(held.Row, held.Row.UpdatedDate is { } since ? book.Now - since : Duration.Zero);
            }
            else if (book.Find(key) is WatchEntry { IsRealtime: true, Row.Disabled: false } entry && (entry.Definition.StopAfter ?? []).Contains(end))
            {
                // One of its many executions; none of them holds it.
                rows[key] = WatchRows.Released(entry.Row, end, entry.Definition.StopAfter);
            }
        }

        await book.SaveAsync([.. rows.Values], [], cancellationToken);
    }

    /// <summary>A worker has a trigger job.</summary>
    public async Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken)
    {
        if (await FindAsync(evaluation, cancellationToken) is { Entry: { Row.EvaluateRunningDate: not null } entry })
        {
            await book.SaveAsync(entry.Row with { WorkerId = workerId }, cancellationToken);
        }
    }

    /// <summary>The worker that had a trigger job is gone; the trigger is due again at once.</summary>
    public async Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (await FindAsync(evaluation, cancellationToken) is { Entry: var entry })
        {
            LogWorkerLost(evaluation.Key.ToString(), entry.Row.WorkerId);
            await book.SaveAsync(entry.Reschedule(WatchRows.Free(entry.Row), book.Now), cancellationToken);
        }
    }

    /// <summary>An evaluation that somebody waits for, also one of a flow that was not read yet.</summary>
    public async Task<Evaluation?> FindAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken)
    {
        await book.EnsureReadAsync(evaluation.Key, cancellationToken);
        return evaluations.Find(evaluation);
    }

    /// <summary>A trigger job is over.</summary>
    public async Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken)
    {
        if (await FindAsync(evaluation, cancellationToken) is not { Entry: var entry, Job: var job } known)
        {
            return TriggerReception.Void;
        }

        known.IsAnswered = true;
        var now = book.Now;
        var outcome = await watching.EndAsync(entry, job, answer, now, cancellationToken);
        switch (outcome is FiringOutcome.Ready ready ? await firing.SubmitAsync(entry, ready.Request, cancellationToken) : outcome)
        {
            case FiringOutcome.Later:
                return TriggerReception.Later;
            case FiringOutcome.Fired fired:
                Adopt(entry, fired, now);
                break;
            case FiringOutcome.Moved moved:
                await book.SaveAsync(moved.Row, cancellationToken);
                break;
            case FiringOutcome.Stale:
                await book.ApplyAsync(entry.Row.TenantId, entry.Row.Namespace, entry.Row.FlowId, cancellationToken);
                break;
        }

        metrics.Answered(job.Definition.Type, answer);
        entry.Failures++;
        await book.FlushAsync(cancellationToken);
        return TriggerReception.Taken;
    }

    /// <summary>Looks for the executions that hold triggers: the news of an end may have been lost.</summary>
    public async Task CheckLocksAsync(CancellationToken cancellationToken)
    {
        foreach (var (executionId, key) in book.Locks.ToList())
        {
            await CheckLockAsync(executionId, key, cancellationToken);
        }
    }

    /// <summary>Changes one row as a user asked for.</summary>
    /// <param name="change">From the stored row, the entry (null when the trigger is not scheduled here) and now.</param>
    /// <returns>Null when there is no such row.</returns>
    public async Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, TriggerEntry?, Instant, Trigger> change, CancellationToken cancellationToken)
    {
        await book.EnsureReadAsync(key, cancellationToken);
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
        await book.EnsureReadAsync(key, cancellationToken);
        if (await book.ReadRowAsync(key, cancellationToken) is not { } row)
        {
            return false;
        }

        await book.DeleteAsync(row, cancellationToken);
        return true;
    }

    private async Task CheckLockAsync(string executionId, TriggerKey key, CancellationToken cancellationToken)
    {
        if (await executions.FindAsync(key.TenantId, executionId, cancellationToken) is { State.Current: var state })
        {
            if (state.IsTerminated)
            {
                await ReleaseAsync(executionId, state, cancellationToken);
            }
        }
        else if (book.Find(key) is { Row: { UpdatedDate: var since } row } && (since is not { } locked || book.Now - locked >= Duration.FromTimeSpan(options.MissingExecutionTimeout)))
        {
            LogLost(key.ToString(), executionId);
            metrics.Missing(row, book.Now - (since ?? book.Now));
            await ReleaseAsync(executionId, null, cancellationToken);
        }
    }

    private async Task<FiringOutcome> TryPrepareAsync(TriggerEntry entry, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            return entry switch
            {
                ScheduleEntry schedule => await MeasureAsync(schedule, now, cancellationToken),
                WatchEntry watched => await watching.BeginAsync(watched, now, cancellationToken),
                _ => throw new InvalidOperationException($"Nothing is known of firing {entry.GetType().Name}."),
            };
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new FiringOutcome.Later(options.RetryDelay, failure.Message);
        }
    }

    private async Task<FiringOutcome> MeasureAsync(ScheduleEntry schedule, Instant now, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var outcome = await firing.PrepareAsync(schedule, now, cancellationToken);
        metrics.Evaluated(schedule.Definition.Type, Stopwatch.GetElapsedTime(began));
        return outcome;
    }

    private async Task<FiringOutcome> TrySubmitAsync(TriggerEntry entry, FiringOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            return outcome is FiringOutcome.Ready ready ? await firing.SubmitAsync(entry, ready.Request, cancellationToken) : outcome;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new FiringOutcome.Later(options.RetryDelay, failure.Message);
        }
    }

    private async Task SettleAsync(IReadOnlyList<(TriggerEntry Entry, FiringOutcome Outcome)> outcomes, Instant now, CancellationToken cancellationToken)
    {
        var moves = new List<Move>();
        foreach (var (entry, outcome) in outcomes)
        {
            switch (outcome)
            {
                case FiringOutcome.Moved moved:
                    moves.Add(new Move(entry, moved.Row));
                    break;
                case FiringOutcome.Evaluate evaluate when evaluations.HasRoom(evaluate.Job.WorkerGroup):
                    moves.Add(new Move(entry, WatchRows.Begun(entry.Row, evaluate.Job.Date), evaluate.Job));
                    break;
                default:
                    await SettleAsync(entry, outcome, now, cancellationToken);
                    break;
            }
        }

        await StoreAsync(moves, now, cancellationToken);
    }

    private async Task SettleAsync(TriggerEntry entry, FiringOutcome outcome, Instant now, CancellationToken cancellationToken)
    {
        try
        {
            switch (outcome)
            {
                case FiringOutcome.Fired fired:
                    Adopt(entry, fired, now);
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
                default:
                    WaitForWorkers(entry, now);
                    break;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Wait(entry, now + Duration.FromTimeSpan(options.RetryDelay), failure.Message);
        }
    }

    private void Adopt(TriggerEntry entry, FiringOutcome.Fired fired, Instant now)
    {
        LogFired(fired.ExecutionId, fired.Date.ToOffsetDateTime(), now);
        metrics.Fired(entry.Row, fired.State.ToString(), now - fired.Date.ToInstant());
        book.Adopt(fired.Row);
    }

    // One transaction for all of them; when it fails, each has its own, so that none suffers from another.
    private async Task StoreAsync(IReadOnlyList<Move> moves, Instant now, CancellationToken cancellationToken)
    {
        if (moves.Count == 0)
        {
            return;
        }

        try
        {
            await WriteAsync(moves, now, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (moves.Count == 1)
            {
                Wait(moves[0].Entry, now + Duration.FromTimeSpan(options.RetryDelay), failure.Message);
                return;
            }

            foreach (var move in moves)
            {
                await StoreAsync([move], now, cancellationToken);
            }
        }
    }

    // A worker may answer before this knows that the job was handed out.
    private async Task WriteAsync(IReadOnlyList<Move> moves, Instant now, CancellationToken cancellationToken)
    {
        var jobs = new List<TriggerJob>();
        foreach (var move in moves)
        {
            if (move is { Entry: WatchEntry entry, Job: { } job })
            {
                evaluations.Begin(entry, job);
                jobs.Add(job);
            }
        }

        IReadOnlyList<TriggerJob> refused;
        try
        {
            refused = await book.SaveAsync([.. moves.Select(static move => move.Row)], jobs, cancellationToken);
        }
        catch
        {
            evaluations.Forget(jobs);
            throw;
        }

        if (refused.Count > 0)
        {
            await FreeAsync(refused, now, cancellationToken);
        }
    }

    private async Task FreeAsync(IReadOnlyList<TriggerJob> refused, Instant now, CancellationToken cancellationToken)
    {
        evaluations.Forget(refused);
        var entries = refused.Select(job => book.Find(job.Key)).OfType<TriggerEntry>().ToList();
        await StoreAsync([.. entries.Select(static entry => new Move(entry, WatchRows.Free(entry.Row)))], now, cancellationToken);
        foreach (var entry in entries)
        {
            WaitForWorkers(entry, now);
        }
    }

    private void WaitForWorkers(TriggerEntry entry, Instant now)
    {
        metrics.Dropped(entry.Definition.Type);
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

    /// <summary>A row that moves, with the job that begins by it.</summary>
    private sealed record Move(TriggerEntry Entry, Trigger Row, TriggerJob? Job = null);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker {WorkerId} that watched trigger {Trigger} is gone; another one takes over")]
    private partial void LogWorkerLost(string trigger, string? workerId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Scheduled execution {ExecutionId} at '{Date}' started at '{Now}'")]
    private partial void LogFired(string executionId, OffsetDateTime date, Instant now);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger {Trigger} could not be fired and is tried again: {Why}")]
    private partial void LogPostponed(string trigger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger {Trigger} was held by execution {ExecutionId}, which does not exist; it is released")]
    private partial void LogLost(string trigger, string executionId);
}
