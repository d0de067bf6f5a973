using System.Globalization;
using Kestra.Engine;
using Kestra.Executor.Following;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>
/// Keeps the changes that somebody wants until they are done. Each is a timer of its own, written with the decision that made
/// it; when it comes up, the change is handed out again.
/// </summary>
internal sealed class ChangeOutbox(StateChanges changes, TimerQueue timers, TimeProvider time)
{
    private const string Prefix = "change:";

    private static readonly Duration Patience = Duration.FromMinutes(1);

    public static bool Owns(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

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
                Add(execution.State.ToExecution(), execution.Partition, reached.Count - 1 - index, batch);
            }
        }
    }

    /// <summary>A change that was not done in time is handed out again with this batch.</summary>
    public void HandAgain(in ExecutionTimer timer, BatchUnderway batch)
    {
        batch.Changes.Add(new ExecutionChange(timer.Key, ModelJson.ReadExecution(timer.Payload.Span)));
        Keep(timer with { DueAt = Now + Patience }, batch);
    }

    /// <summary>Hands out everything that is not done, in the order in which it happened.</summary>
    public void HandAllAgain(BatchUnderway batch)
    {
        changes.HasNewHandler = false;
        batch.HandsEverything = true;
        foreach (var timer in timers.All.Where(static timer => Owns(timer.Key)).OrderBy(static timer => timer.DueAt))
        {
            batch.Changes.Add(new ExecutionChange(timer.Key, ModelJson.ReadExecution(timer.Payload.Span)));
        }
    }

    /// <summary>The windows count only with the first time that a change is done.</summary>
    public void Done(LaneItem.ChangeDone done, BatchUnderway batch)
    {
        if (timers.Find(done.Key) is { } timer && timers.Cancel(done.Key))
        {
            batch.Touch(timer.Partition);
            batch.Rows.TimersSet.RemoveAll(pending => pending.Key == done.Key);
            batch.Rows.TimersRemoved.Add(done.Key);
            batch.Rows.Windows.AddRange(done.Windows);
        }

        batch.Confirm(done.Caller);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    // A failure that leads to a retry at once was never a state of its own, nor was the success of which the outputs fail.
    private static bool IsShown(List<ExecutionEvent.StateChanged> reached, int index) =>
        index + 1 == reached.Count || !reached[index].State.IsTerminated || reached[index + 1].State == StateType.RESTARTED;

    /// <param name="later">How many states the execution has reached since.</param>
    private void Add(Execution execution, int partition, int later, BatchUnderway batch)
    {
        var histories = execution.State.Histories.SkipLast(later).ToList();
        var then = execution with { State = State.FromHistories(histories) };
        var key = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{execution.Id}:{histories.Count}");
        batch.Changes.Add(new ExecutionChange(key, then));

        // It does not belong to the execution's own timers, which end with it.
        Keep(new ExecutionTimer(key, execution.TenantId, key, Now + Patience, ModelJson.Serialize(then, JsonProfile.Database)) { Partition = partition }, batch);
    }

    private void Keep(in ExecutionTimer timer, BatchUnderway batch)
    {
        var key = timer.Key;
        batch.Touch(timer.Partition);
        timers.Set(timer);
        batch.Rows.TimersRemoved.Remove(key);
        batch.Rows.TimersSet.Add(timer);
    }
}
