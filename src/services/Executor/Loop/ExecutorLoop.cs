using System.Diagnostics;
using System.Threading.Channels;
using Kestra.Executor.Partitions;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
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
    EffectDispatcher effects,
    TimerQueue timers,
    Following.ChangeSignals signals,
    Following.StateChanges changes,
    ExecutorOptions options,
    TimeProvider time,
    ILogger<ExecutorLoop> logger)
{
    // With so few commands and no other waiting there is nothing to decide while they commit, and a thread more would only cost time.
    private const int LoneCommands = 4;

    private readonly ListingQueue listing = new(options.ListDelay, time);
    private BatchUnderway filling = new(options, owned);
    private BatchUnderway? committing;
    private LogAlarm logAlarm = null!;
    private Task commit = Task.CompletedTask;
    private bool isDraining;
    private bool stopping;

    /// <summary>Runs until cancelled; then everything that was decided is written before it returns.</summary>
    /// <exception cref="CommitFailedException">A commit failed; memory can't be trusted any more and has to be read again.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var arrivals = new LogAlarm(logs, options.LogDelay, time, inbox.Wake);
        logAlarm = arrivals;
        await using var alarm = time.CreateTimer(_ => inbox.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                Fill();
                if (committing is not null && (commit.IsCompleted || filling.Decided >= options.BatchLimit))
                {
                    await FinishAsync();
                }

                if (committing is null && Start())
                {
                    continue;
                }

                SetAlarm(alarm);
                await WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogStopping();
        }

        await DrainAsync();
    }

    /// <summary>Takes up partitions before the loop runs.</summary>
    public void Gain(IEnumerable<GainedPartition> gained)
    {
        foreach (var partition in gained)
        {
            processor.Gain(partition, filling);
        }

        ShowAll();
        processor.HandChanges(filling);
    }

    /// <summary>Tells every caller of decided and not yet durable commands that they came to nothing.</summary>
    public void Abandon(Exception cause)
    {
        committing?.Fail(cause);
        filling.Fail(cause);
        signals.LetGoOfAll();
        foreach (var waiting in executions.Clear())
        {
            waiting.Caller?.Fail(cause);
        }
    }

    private void Fill()
    {
        while (filling.Decided < options.BatchLimit && inbox.Reader.TryRead(out var item))
        {
            if (item is LaneItem.Wake)
            {
                inbox.WakeTaken();
                continue;
            }

            processor.Process(item, filling);
            if (item is LaneItem.Gain)
            {
                ShowAll();
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
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var arrival = inbox.Reader.WaitToReadAsync(cancellationToken);
        if (committing is null || arrival.IsCompleted)
        {
            if (!await arrival)
            {
                throw new ChannelClosedException();
            }

            return;
        }

        await Task.WhenAny(arrival.AsTask(), commit);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <returns>False when there is nothing to write.</returns>
    private bool Start()
    {
        if (filling.IsEmpty && !logAlarm.IsDue && !stopping)
        {
            return false;
        }

        logAlarm.Reset();
        logs.Drain(filling.Rows.Logs, filling.Rows.Metrics, options.LogCapacity);
        if (filling.IsEmpty)
        {
            return false;
        }

        committing = filling;
        filling = new BatchUnderway(options, owned);
        committing.Close();
        TellScheduler(committing);
        listing.Add(committing.Touched);
        Hold(committing.Touched);
        var (leases, rows) = (committing.Leases, committing.Rows);
        commit = rows.IsEmpty ? Task.CompletedTask
            : committing.Decided <= LoneCommands && inbox.Reader.Count == 0 ? journal.CommitAsync(leases, rows, CancellationToken.None)
            : Task.Run(() => journal.CommitAsync(leases, rows, CancellationToken.None));
        return true;
    }

    // A scheduler of this process hears of ends by itself; another one finds them stored.
    private void TellScheduler(BatchUnderway batch)
    {
        if (owned.Total == 1 || options.IsSchedulerHere())
        {
            return;
        }

        foreach (var (execution, _) in batch.Ended)
        {
            if (execution.Trigger is { } trigger)
            {
                var key = new TriggerKey(execution.TenantId, execution.Namespace, execution.FlowId, trigger.Id);
                var call = new TriggerCall(TriggerOperation.Ended, key) { ExecutionId = execution.Id, State = execution.State.Current };
                batch.Rows.CommandsSent.Add(new OutgoingCommand(SchedulerLane.Partition, execution.Id, call.Encode()));
            }
        }
    }

    private async Task FinishAsync()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await commit;
        }
        catch (Exception failure)
        {
            throw new CommitFailedException(failure);
        }

        var done = committing!;
        committing = null;
        LogCommitted(done.Decided, done.Rows.Journal.Count, done.Rows.Snapshots.Count, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        done.Complete();

        // What a server that stops owes is owed again by the next owner.
        foreach (var (execution, effect) in isDraining ? [] : done.Effects)
        {
            await effects.DispatchAsync(execution, effect);
        }

        Announce(done);
        foreach (var (lease, given) in done.Yielded)
        {
            await journal.ReleaseAsync(lease, CancellationToken.None);
            LogYielded(lease.Partition);
            given.TrySetResult();
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

        alarm.Change(due, Timeout.InfiniteTimeSpan);
    }

    private DateTimeOffset? NextDue => timers.NextDue?.ToDateTimeOffset() is { } timer && !(listing.NextDue < timer) ? timer : listing.NextDue;

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
    private async Task DrainAsync()
    {
        isDraining = true;
        stopping = true;
        while (true)
        {
            if (committing is not null)
            {
                await FinishAsync();
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

    [LoggerMessage(LogLevel.Information, "Partition {Partition} is given to another executor")]
    private partial void LogYielded(int partition);

    [LoggerMessage(LogLevel.Debug, "The executor stops and writes what it has decided")]
    private partial void LogStopping();
}

/// <summary>A transaction of the executor failed as a whole.</summary>
public sealed class CommitFailedException(Exception cause) : Exception($"The database did not take a batch: {cause.Message}", cause);
