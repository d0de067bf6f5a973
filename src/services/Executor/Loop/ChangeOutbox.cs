using Kestra.Engine;
using Kestra.Executor.Following;
using Kestra.Executor.Partitions;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>
/// Keeps the changes that somebody wants until they are done. Each is a timer of its own, written with the decision that made
/// it; when it comes up, the change is handed out again.
/// </summary>
internal sealed class ChangeOutbox(StateChanges changes, TimerQueue timers, OwnedPartitions owned, TimeProvider time)
{
    private static readonly Duration Patience = Duration.FromMinutes(1);

    public static bool Owns(string key) => ExecutionChange.IsKey(key);

    /// <summary>Takes down the states that a decision has gone through.</summary>
    public void Note(ActiveExecution execution, IReadOnlyList<ExecutionEvent> events, BatchUnderway batch)
    {
        if (execution.State.Kind is not (null or ExecutionKind.NORMAL))
        {
            return;
        }

        var reached = events.OfType<ExecutionEvent.StateChanged>().ToList();
        for (var index = 0; index < reached.Count; index++)
        {
            var state = reached[index].State;
            if (IsShown(reached, index) && changes.AreWanted(execution.Key.TenantId, execution.State.Namespace, execution.State.FlowId, state))
            {
                Add(ChangeOf(execution.State.ToExecution(), reached.Count - 1 - index), execution.Partition, batch);
            }
        }
    }

    /// <summary>A change that was not done in time is handed out again with this batch.</summary>
    public void HandAgain(in ExecutionTimer timer, BatchUnderway batch)
    {
        batch.Changes.Add(ChangeCodec.Decode(timer.Key, timer.Payload));
        Keep(timer with { DueAt = Now + Patience }, batch);
    }

    /// <summary>Hands out everything that is not done, in the order in which it happened.</summary>
    public void HandAllAgain(BatchUnderway batch)
    {
        changes.HasNewHandler = false;
        batch.HandsEverything = true;
        foreach (var timer in timers.All.Where(static timer => Owns(timer.Key)).OrderBy(static timer => timer.DueAt))
        {
            batch.Changes.Add(ChangeCodec.Decode(timer.Key, timer.Payload));
        }
    }

    /// <summary>Takes in what another process has found to be done for a flow of this one's partitions.</summary>
    public void Receive(Command.TimerFired sent, int partition, BatchUnderway batch) => Add(ChangeCodec.Decode(sent.Key, sent.Payload), partition, batch);

    /// <summary>Whether another process may have moved one of the windows since they were read.</summary>
    public bool IsStale(LaneItem.ChangeDone done) => done.Outcome.Windows.Any(move =>
        changes.TenureOf(move.Change.Window.TenantId, move.Change.Window.Namespace, move.Change.Window.FlowId) != move.Tenure);

    /// <summary>What came of a change counts only with the first time that it is done.</summary>
    public void Done(LaneItem.ChangeDone done, BatchUnderway batch)
    {
        var key = done.Change.Key;
        if (timers.Find(key) is { } timer && timers.Cancel(key))
        {
            batch.RemoveTimer(key, timer.Partition);
            foreach (var move in done.Outcome.Windows)
            {
                batch.Touch(PartitionOf(move.Change.Window.TenantId, move.Change.Window.Namespace, move.Change.Window.FlowId));
                batch.Rows.Windows.Add(move.Change);
            }

            foreach (var target in done.Outcome.Targets)
            {
                Pass(done.Change, target, timer.Partition, batch);
            }
        }

        batch.Confirm(done.Caller);
    }

    // Executions are created from wherever the change was acted on; windows belong to the partition of their flow.
    private void Pass(ExecutionChange change, ChangeTarget target, int from, BatchUnderway batch)
    {
        var part = change.For(target);
        var execution = change.Execution;
        var partition = target.TriggerId is null ? PartitionOf(execution.TenantId, target.Namespace, target.FlowId) : from;
        if (owned.Owns(partition))
        {
            Add(part, partition, batch);
            return;
        }

        // It travels as the timer that it becomes there.
        var request = new ExecutionRequest(execution.TenantId, part.Key, new Command.TimerFired(part.Key, ChangeCodec.Encode(part)))
        {
            Place = new ExecutionPlace(execution.TenantId, target.Namespace, target.FlowId),
        };
        batch.Rows.CommandsSent.Add(ForeignCommands.Row(new LaneItem.Decide(request, partition, null), partition));
    }

    private int PartitionOf(string tenantId, string @namespace, string flowId) => FlowPartition.Of(tenantId, @namespace, flowId, owned.Total);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    // A failure that leads to a retry at once was never a state of its own, nor was the success of which the outputs fail.
    private static bool IsShown(List<ExecutionEvent.StateChanged> reached, int index) =>
        index + 1 == reached.Count || !reached[index].State.IsTerminated || reached[index + 1].State == StateType.RESTARTED;

    /// <param name="later">How many states the execution has reached since.</param>
    private static ExecutionChange ChangeOf(Execution execution, int later) =>
        ExecutionChange.Of(execution with { State = State.FromHistories([.. execution.State.Histories.SkipLast(later)]) });

    // It does not belong to the execution's own timers, which end with it.
    private void Add(ExecutionChange change, int partition, BatchUnderway batch)
    {
        batch.Changes.Add(change);
        Keep(new ExecutionTimer(change.Key, change.Execution.TenantId, change.Key, Now + Patience, ChangeCodec.Encode(change)) { Partition = partition }, batch);
    }

    private void Keep(in ExecutionTimer timer, BatchUnderway batch)
    {
        timers.Set(timer);
        batch.SetTimer(timer);
    }
}
