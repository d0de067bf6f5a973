using System.Diagnostics;
using System.Threading.Channels;
using Kestra.Executor.Jobs;
using Kestra.Executor.Partitions;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Loop;

/// <summary>
/// The single writer of the partitions that this process owns. It takes everything that is waiting, decides it, and writes it in one transaction; while
/// that commits, the next batch is decided. Batches follow load by themselves: an idle server commits a lone command at once.
/// Callers are answered and effects released only after the commit. See docs/architecture/executor-loop.md.
/// </summary>
internal sealed partial class ExecutorLoop(
    OwnedPartitions owned,
    IExecutionJournal journal,
    ExecutorInbox inbox,
    LogBuffer logs,
    ExecutionTable executions,
    CommandProcessor processor,
    JobPlacement jobs,
    EffectDispatcher effects,
    StartPace starts,
    TimerQueue timers,
    Following.ChangeSignals signals,
    Following.StateChanges changes,
    ExecutorOptions options,
    TimeProvider time,
    ILogger<ExecutorLoop> logger)
{
    // With so few commands and no other waiting there is nothing to decide while they commit, and a thread more would only cost time.
    private const int LoneCommands = 4;

    // With so many commands a transaction costs each of them little.
    private const int WorthACommit = 64;

    // Milliseconds that a transaction waits for more of a burst at most.
    private const int Gatherings = 5;

    private readonly ListingQueue listing = new(options.ListDelay, options.ListDelayInBurst, () => starts.WasPressed(options.ListDelayInBurst), time);
    private readonly Gathering gathering = new(options.GatherDelay, time);
    private Remains remains = new();
    private BatchUnderway filling = new(options, owned);
    private BatchUnderway? committing;
    private LaneItem? deciding;
    private LogAlarm logAlarm = null!;
    private CommitThread commitThread = null!;
    private Task commit = Task.CompletedTask;
    private bool isDraining;
    private bool stopping;

    /// <summary>Runs until cancelled; then everything that was decided is written before it returns.</summary>
    /// <exception cref="CommitFailedException">A commit failed; memory can't be trusted any more and has to be read again.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        using var commits = new CommitThread();
        commitThread = commits;
        using var arrivals = new LogAlarm(logs, options.LogDelay, time, inbox.Wake);
        logAlarm = arrivals;
        using var alarm = time.CreateTimer(_ => inbox.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Fill();
                Gather();
                if (committing is not null && (commit.IsCompleted || filling.Decided >= Limit))
                {
                    Finish();
                }

                if (committing is null && (Start() || remains.Count > 0))
                {
                    continue;
                }

                starts.Release();
                SetAlarm(alarm);
                Wait(cancellationToken);
                if (committing is null)
                {
                    inbox.Load.Begin();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopping();
        }

        Drain();
    }

    /// <summary>Takes up partitions before the loop runs.</summary>
    /// <param name="left">What the loop before this one did not bring to an end.</param>
    public void Gain(IEnumerable<GainedPartition> gained, Remains left)
    {
        remains = left;
        filling.Carry(left);
        TakeInbox(isFirst: true);

        // The last batch of the loop before this one may have become durable after they looked.
        signals.LetGoOfAll();
        foreach (var partition in gained)
        {
            processor.Gain(partition, IsAnswered, filling);
        }

        ShowAll();
        processor.HandChanges(filling);
    }

    /// <summary>A batch of the loop before this one turned out to be durable: does what follows from it.</summary>
    public async Task SettleAsync(BatchUnderway written)
    {
        written.Complete();
        foreach (var (execution, effect) in written.Effects)
        {
            // Everything else is owed again by the executions that have been taken up.
            if (effect is Engine.Effect.KillJobs)
            {
                await effects.DispatchAsync(execution, effect);
            }
        }

        Announce(written);
    }

    /// <summary>Commands that wait for an execution to be read, when the loop has ended in order.</summary>
    public Remains Leave() => Abandon(new OperationCanceledException());

    /// <summary>Ends the loop where it is. The callers of what it leaves still wait; what the database keeps is read again.</summary>
    public Remains Abandon(Exception cause)
    {
        deciding?.Fail(cause);
        signals.LetGoOfAll();
        var refused = cause is CommitFailedException { IsRefused: true };

        // When something else went wrong, the commit may still be on its way.
        var uncertain = committing is not null && cause is not CommitFailedException { IsUncertain: false };
        var left = new Remains { Uncertain = uncertain ? committing : null, OneByOne = refused };
        LeaveCommitting(left, uncertain, refused, cause);
        left.Logs.AddRange(filling.DrainedLogs);
        left.Metrics.AddRange(filling.DrainedMetrics);
        filling.FailYields(cause);
        foreach (var item in filling.Items.Concat(executions.TakeAllParked()).Where(item => item != deciding && item.Outlives))
        {
            item.PutBack(isUncertain: false);
            left.Add(item);
        }

        while (remains.TryTake(out var item))
        {
            if (item!.Outlives)
            {
                left.Add(item);
            }
        }

        return left;
    }

    private void LeaveCommitting(Remains left, bool uncertain, bool refused, Exception cause)
    {
        if (committing is null)
        {
            return;
        }

        committing.FailYields(cause);
        foreach (var item in committing.Items)
        {
            item.PutBack(uncertain);
        }

        if (refused)
        {
            KeepRefused(committing, left, cause);
        }
        else if (!uncertain)
        {
            left.Keep(committing);
        }
    }

    // In a batch of its own an item is refused for its own sake.
    private void KeepRefused(BatchUnderway refused, Remains left, Exception cause)
    {
        foreach (var item in refused.Items)
        {
            if (++item.Refusals > 1 && refused.Items.Count == 1)
            {
                LogRefused(cause);
                item.Fail(cause);
            }
            else
            {
                left.Add(item);
            }
        }

        if (refused.Items.Count > 0)
        {
            left.Logs.AddRange(refused.DrainedLogs);
            left.Metrics.AddRange(refused.DrainedMetrics);
        }
        else
        {
            LogEntriesRefused(refused.Rows.Logs.Count, refused.Rows.Metrics.Count, cause);
        }
    }

    private int Limit => remains is { OneByOne: true, Count: > 0 } ? 1 : options.BatchLimit;

    // A worker may have answered while the database was away, or another server had the partition.
    private bool IsAnswered(string taskRunId, int attempt)
    {
        TakeInbox(isFirst: false);
        return remains.HasResult(taskRunId, attempt);
    }

    /// <param name="isFirst">Before the loop runs: then there may be things in it that belonged to the loop before.</param>
    private void TakeInbox(bool isFirst)
    {
        while (inbox.Reader.TryRead(out var item))
        {
            if (item is LaneItem.Wake)
            {
                inbox.WakeTaken();
            }
            else if (!isFirst || item.Outlives)
            {
                remains.Add(item);
            }
        }
    }

    private void Fill()
    {
        while (filling.Decided < Limit && (remains.TryTake(out var item) || inbox.Reader.TryRead(out item)))
        {
            if (item is LaneItem.Wake)
            {
                inbox.WakeTaken();
                continue;
            }

            if (!item!.TryTake())
            {
                continue;
            }

            deciding = item;
            processor.Process(item, IsAnswered, filling);
            deciding = null;
            if (item is LaneItem.Gain)
            {
                ShowAll();
                processor.HandChanges(filling);
            }
        }

        if (changes.HasNewHandler)
        {
            processor.HandChanges(filling);
        }

        processor.FireTimers(filling, options.BatchLimit);
        while (filling.Decided < options.BatchLimit && listing.Take() is { } execution)
        {
            Show(execution);
        }

        inbox.Open = executions.Count;
        inbox.Load.Underway = filling.Decided + (committing?.Decided ?? 0);
    }

    // A transaction of a few costs as much as one of many, and more of them are on their way.
    private void Gather()
    {
        if (gathering.IsWorthIt && IsWorthMore)
        {
            Thread.Sleep(gathering.Delay);
            Fill();
        }

        for (var waits = 0; waits < Gatherings && starts.IsPressed && IsWorthMore; waits++)
        {
            Thread.Sleep(1);
            Fill();
        }
    }

    private bool IsWorthMore => committing is null && filling.Decided is > 0 and < WorthACommit;

    // Whatever is waited for sets the signal: what comes in, and the end of the commit.
    private void Wait(CancellationToken cancellationToken)
    {
        inbox.Arrived.Wait(cancellationToken);
        inbox.Arrived.Reset();
    }

    /// <returns>False when there is nothing to write.</returns>
    private bool Start()
    {
        if (filling.IsEmpty && !logAlarm.IsDue && !stopping)
        {
            MakeRoom();
            return false;
        }

        logAlarm.Reset();
        filling.Drain(logs);
        if (filling.IsEmpty)
        {
            MakeRoom();
            return false;
        }

        committing = filling;
        filling = new BatchUnderway(options, owned);
        Close(committing);
        inbox.Load.Written(committing.Rows.Snapshots.Count, committing.Rows.Snapshots.Sum(static snapshot => (long)snapshot.Document.Length));
        foreach (var (lease, _) in committing.Yielded)
        {
            jobs.HandOver(lease.Partition, committing);
        }

        gathering.Note(committing.Created);
        TellScheduler(committing);
        listing.Add(committing.Touched);
        Hold(committing.Touched);
        var (leases, rows) = (committing.Leases, committing.Rows);
        commit = rows.IsEmpty ? Task.CompletedTask
            : committing.Decided <= LoneCommands && inbox.Reader.Count == 0 ? journal.CommitAsync(leases, rows, CancellationToken.None)
            : commitThread.Run(() => journal.CommitAsync(leases, rows, CancellationToken.None));
        if (!commit.IsCompleted)
        {
            _ = commit.ContinueWith(static (_, arrived) => ((ManualResetEventSlim)arrived!).Set(), inbox.Arrived, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return true;
    }

    // All that was decided waits for an execution to be read, or was sent elsewhere. A batch that stayed full of it would never take what was read.
    private void MakeRoom() => filling.Decided = 0;

    // A scheduler of this process hears of ends by itself; another one finds them stored.
    private void TellScheduler(BatchUnderway batch)
    {
        if (owned.Total == 1)
        {
            return;
        }

        foreach (var (execution, _) in batch.Ended)
        {
            if (execution.Trigger is { } trigger
                && new TriggerKey(execution.TenantId, execution.Namespace, execution.FlowId, trigger.Id) is var key
                && options.SchedulerElsewhere(key) is { } lane)
            {
                batch.Rows.CommandsSent.Add(new OutgoingCommand(lane, execution.Id, TriggerCall.End(key, execution).Encode()));
            }
        }
    }

    // What can't be turned into rows will never be taken, like what the database refuses.
    private static void Close(BatchUnderway batch)
    {
        try
        {
            batch.Close();
        }
        catch (Exception failure)
        {
            throw new CommitFailedException(failure);
        }
    }

    private void Finish()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            commit.GetAwaiter().GetResult();
        }
        catch (Exception failure)
        {
            throw new CommitFailedException(failure);
        }

        var done = committing!;
        committing = null;
        inbox.Load.End(done.Decided);
        inbox.Load.Underway = filling.Decided;
        LogCommitted(done.Decided, done.Rows.Journal.Count, done.Rows.Snapshots.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        done.Complete();

        // What a server that stops owes is owed again by the next owner.
        foreach (var (execution, effect) in isDraining ? [] : done.Effects)
        {
            Dispatch(execution, effect);
        }

        starts.Release();

        Announce(done);
        foreach (var (lease, given) in done.Yielded)
        {
            journal.ReleaseAsync(lease, CancellationToken.None).GetAwaiter().GetResult();
            LogYielded(lease.Partition);
            given.TrySetResult();
        }
    }

    private void Dispatch(ActiveExecution execution, Engine.Effect effect)
    {
        var dispatched = effects.DispatchAsync(execution, effect);
        if (!dispatched.IsCompletedSuccessfully)
        {
            dispatched.AsTask().GetAwaiter().GetResult();
        }
    }

    private void Announce(BatchUnderway done)
    {
        foreach (var execution in done.Touched)
        {
            signals.Signal(execution.Key.ExecutionId);

            // One that was started again while its end was being written stays.
            if (execution.State.HasEnded && execution.Fresh.Count == 0)
            {
                executions.Remove(execution.Key);
                signals.LetGo(execution.Key);
                execution.IsHeld = false;
            }
        }

        foreach (var (tenantId, executionId) in done.Rows.Deleted)
        {
            signals.LetGo(new ExecutionKey(tenantId, executionId));
            signals.Signal(executionId);
        }

        foreach (var entry in done.Rows.Logs)
        {
            if (entry.ExecutionId is { } executionId)
            {
                signals.Signal(executionId);
            }
        }

        foreach (var (execution, document) in done.Ended)
        {
            signals.End(execution, document);
        }

        changes.Hand(done.Changes, done.HandsEverything);
    }

    private void SetAlarm(ITimer alarm)
    {
        var due = Timeout.InfiniteTimeSpan;
        if (NextDue is { } next)
        {
            due = next - time.GetUtcNow();
            due = due < TimeSpan.Zero ? TimeSpan.Zero : due > TimeSpan.FromHours(1) ? TimeSpan.FromHours(1) : due + TimeSpan.FromMilliseconds(1);
        }

        alarm.Change(options.IsInMaintenance() ? options.MaintenanceInterval : due, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset? NextDue => starts.NextLook is { } look && !(NextTimer < look) ? look : NextTimer;

    private DateTimeOffset? NextTimer => timers.NextDue?.ToDateTimeOffset() is { } timer && !(listing.NextDue < timer) ? timer : listing.NextDue;

    private void Show(ActiveExecution execution)
    {
        // Unless it was deleted in the meantime.
        if (executions.TryGet(execution.Key, out var known) && known == execution)
        {
            filling.Decided++;
            filling.AddSnapshot(execution);
        }
    }

    private void ShowAll()
    {
        foreach (var execution in executions.All)
        {
            if (execution.IsProvisional)
            {
                filling.AddSnapshot(execution);
            }
        }
    }

    private void Hold(IReadOnlyList<ActiveExecution> touched)
    {
        var fresh = touched.Where(static execution => !execution.IsHeld).ToList();
        fresh.ForEach(static execution => execution.IsHeld = true);
        signals.Hold(fresh);
    }

    // In the end every document stands alone, so that any program that knows Kestra's tables can go on from here.
    private void Drain()
    {
        isDraining = true;
        stopping = true;
        while (true)
        {
            if (committing is not null)
            {
                Finish();
            }

            foreach (var execution in executions.All)
            {
                if (execution.IsProvisional || execution.TailBytes > 0)
                {
                    filling.AddSnapshot(execution);
                }
            }

            if (!Start())
            {
                signals.LetGoOfAll();
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Trace, "{Decided} commands in {Journal} journal rows and {Snapshots} snapshots; waited {Milliseconds} ms for the commit")]
    private partial void LogCommitted(int decided, int journal, int snapshots, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The database refuses what came of a command even alone; the command is given up")]
    private partial void LogRefused(Exception cause);

    [LoggerMessage(LogLevel.Error, "The database refuses {Logs} log entries and {Metrics} metrics; they are given up")]
    private partial void LogEntriesRefused(int logs, int metrics, Exception cause);

    [LoggerMessage(LogLevel.Information, "Partition {Partition} is given to another executor")]
    private partial void LogYielded(int partition);

    [LoggerMessage(LogLevel.Debug, "The executor stops and writes what it has decided")]
    private partial void LogStopping();
}

/// <summary>A transaction of the executor failed as a whole.</summary>
public sealed class CommitFailedException(Exception cause) : Exception($"The database did not take a batch: {cause.Message}", cause)
{
    /// <summary>The database works and will not take it.</summary>
    public bool IsRefused => InnerException is not (StoreUnavailableException or LeaseLostException);

    /// <summary>The database may have taken it, or may take it later.</summary>
    public bool IsUncertain => InnerException is StoreUnavailableException;
}
