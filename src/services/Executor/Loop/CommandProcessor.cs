using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Executor.Programs;
using Kestra.Executor.Slots;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>
/// Decides what the loop takes from its inbox. Consequences for executions of the same partition (slots, ends of subflows,
/// kills) are decided in the same batch; the others leave with the batch as effects. Used by the loop alone.
/// </summary>
internal sealed class CommandProcessor(
    ExecutionDecider decider,
    ExecutionTable executions,
    ExecutionLoader loader,
    FlowPrograms programs,
    SlotLedger slots,
    TimerQueue timers,
    WorkerJobQueue jobs,
    ChangeOutbox outbox,
    TimeProvider time,
    IIdSource ids)
{
    private const string CreationPrefix = "create:";

    private readonly Queue<LaneItem.Decide> following = new();

    /// <summary>Decides one item and everything that follows from it inside the partition.</summary>
    public void Process(LaneItem item, BatchUnderway batch)
    {
        switch (item)
        {
            case LaneItem.Decide decide:
                Decide(decide, batch);
                break;
            case LaneItem.Loaded loaded:
                Enter(loaded, batch);
                break;
            case LaneItem.Delete delete:
                Delete(delete, batch);
                break;
            case LaneItem.ChangeDone done:
                outbox.Done(done, batch);
                break;
        }

        DecideFollowing(batch);
    }

    /// <summary>Hands out again what is not done, when the one who acts on changes has come or this partition has been taken up anew.</summary>
    public void HandChanges(BatchUnderway batch) => outbox.HandAllAgain(batch);

    /// <summary>Decides every timer that is due, up to the limit.</summary>
    /// <returns>False when nothing was due.</returns>
    public bool FireTimers(BatchUnderway batch, int limit)
    {
        var fired = false;
        while (batch.Decided < limit && timers.TryTake(Now, out var timer))
        {
            fired = true;
            if (ChangeOutbox.Owns(timer.Key))
            {
                outbox.HandAgain(timer, batch);
                continue;
            }

            batch.Rows.TimersRemoved.Add(timer.Key);
            Command command = timer.Key.StartsWith(CreationPrefix, StringComparison.Ordinal)
                ? new Command.Create(ModelJson.ReadExecution(timer.Payload.Span))
                : new Command.TimerFired(timer.Key, timer.Payload);
            Decide(Follow(new ExecutionKey(timer.TenantId, timer.ExecutionId), command), batch);
            DecideFollowing(batch);
        }

        return fired;
    }

    /// <summary>Takes up an execution that was open when the server stopped, and owes again what it owed then.</summary>
    public void Recover(ActiveExecution execution, BatchUnderway batch)
    {
        executions.Add(execution);
        Take(execution, decider.Recover(execution.State, Now, ids, jobs.Knows), batch);
        DecideFollowing(batch);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private void DecideFollowing(BatchUnderway batch)
    {
        while (following.TryDequeue(out var next))
        {
            Decide(next, batch);
        }
    }

    private void Decide(LaneItem.Decide item, BatchUnderway batch)
    {
        batch.Decided++;
        var key = new ExecutionKey(item.Request.TenantId, item.Request.ExecutionId);
        if (executions.IsLoading(key))
        {
            executions.Park(key, item);
        }
        else if (executions.TryGet(key, out var execution) && !NeedsOtherProgram(execution, item.Request.Command))
        {
            DecideExisting(execution, item, batch);
        }
        else if (item.Request is { MayExist: false, Command: Command.Create create } && programs.TryGet(ProgramKey.Of(create.Execution), out var program))
        {
            Create(create, program, item, batch);
        }
        else
        {
            Load(key, item);
        }
    }

    private void Load(ExecutionKey key, LaneItem.Decide item)
    {
        if (executions.Park(key, item))
        {
            loader.Begin(key, item.Request);
        }
    }

    private static bool NeedsOtherProgram(ActiveExecution execution, Command command) =>
        command is Command.Restart { Revision: { } revision } && revision != execution.Program.Flow.Revision && execution.State.HasEnded;

    private void Create(Command.Create create, FlowProgram program, LaneItem.Decide item, BatchUnderway batch)
    {
        var (state, decision) = decider.Create(create, program, Now, ids);
        if (state is null)
        {
            Refuse(item, decision.Refusal!, batch);
            return;
        }

        var execution = new ActiveExecution(state, program);
        executions.Add(execution);
        Accept(execution, decision, item, batch);
    }

    private void DecideExisting(ActiveExecution execution, LaneItem.Decide item, BatchUnderway batch)
    {
        var decision = item.Request.Command is Command.Create
            ? Decision.Refuse(RefusalCode.AlreadyExists, $"Execution '{execution.Key.ExecutionId}' exists already.")
            : decider.Decide(execution.State, item.Request.Command, Now, ids);
        if (decision.Refusal is { } refusal)
        {
            Refuse(item, refusal, batch);
        }
        else
        {
            Accept(execution, decision, item, batch);
        }
    }

    private void Accept(ActiveExecution execution, Decision decision, LaneItem.Decide item, BatchUnderway batch)
    {
        Take(execution, decision, batch);
        if (item.Request.Trigger is { } trigger)
        {
            batch.Rows.Triggers.Add(trigger);
        }

        batch.Accept(item.Caller, execution);
        if (item.Origin is { } origin)
        {
            following.Enqueue(Follow(origin.Parent, new Command.SubflowStarted(origin.TaskRunId, execution.Key.ExecutionId, CreatedBy(item, execution))));
        }
    }

    private static SubflowTarget? CreatedBy(LaneItem.Decide item, ActiveExecution execution) =>
        item.Request.Command is Command.Create ? new SubflowTarget(execution.Program.Flow.Namespace, execution.Program.Flow.Id) : null;

    private void Refuse(LaneItem.Decide item, Refusal refusal, BatchUnderway batch)
    {
        batch.Answer(item.Caller, new CommandOutcome.Refused(refusal));
        if (item.Origin is { } origin)
        {
            Answer(item, origin, refusal);
        }
    }

    // An execution that exists already is the one that was asked for; one that can't be restarted has its end already.
    private void Answer(LaneItem.Decide item, SubflowOrigin origin, Refusal refusal)
    {
        var id = item.Request.ExecutionId;
        if (!executions.TryGet(new ExecutionKey(item.Request.TenantId, id), out var execution))
        {
            following.Enqueue(Follow(origin.Parent, new Command.SubflowRefused(origin.TaskRunId, id, refusal.Message)));
            return;
        }

        if (origin.RestartsFailed && execution.State is { HasEnded: true, Current: StateType.FAILED })
        {
            following.Enqueue(new LaneItem.Decide(new ExecutionRequest(origin.Parent.TenantId, id, new Command.Restart(null)), null) { Origin = origin with { RestartsFailed = false } });
            return;
        }

        following.Enqueue(Follow(origin.Parent, new Command.SubflowStarted(origin.TaskRunId, id)));
        if (execution.State.HasEnded)
        {
            following.Enqueue(Follow(origin.Parent, execution.State.EndFor(origin.TaskRunId)));
        }
    }

    private void Enter(LaneItem.Loaded loaded, BatchUnderway batch)
    {
        var waiting = executions.TakeParked(loaded.Key);
        if (loaded.Fault is { } fault)
        {
            foreach (var item in waiting)
            {
                item.Caller?.TrySetException(fault);
            }

            return;
        }

        if (loaded.Restored is { } restored)
        {
            executions.Add(restored);
        }

        foreach (var item in waiting)
        {
            if (loaded.Restored is null && item.Request.Command is Command.Create create && !executions.TryGet(loaded.Key, out _))
            {
                Create(create, loaded.Program!, item, batch);
            }
            else if (executions.TryGet(loaded.Key, out var execution))
            {
                DecideExisting(execution, item, batch);
            }
            else
            {
                Miss(item, batch);
            }

            DecideFollowing(batch);
        }

        Forget(loaded.Key);
    }

    private void Miss(LaneItem.Decide item, BatchUnderway batch)
    {
        batch.Answer(item.Caller, new CommandOutcome.NotFound());
        if (item.Origin is { } origin)
        {
            following.Enqueue(Follow(origin.Parent, new Command.SubflowRefused(origin.TaskRunId, item.Request.ExecutionId, $"The execution '{item.Request.ExecutionId}' of the subflow does not exist any more")));
        }
    }

    // An ended execution was read for a command that changed nothing: it need not stay.
    private void Forget(ExecutionKey key)
    {
        if (executions.TryGet(key, out var execution) && execution.State.HasEnded && execution.Fresh.Count == 0)
        {
            executions.Remove(key);
        }
    }

    private void Delete(LaneItem.Delete item, BatchUnderway batch)
    {
        var key = new ExecutionKey(item.TenantId, item.ExecutionId);
        executions.TryGet(key, out var execution);
        if (execution is not null)
        {
            executions.Remove(key);
            timers.CancelAll(item.ExecutionId);
            batch.Effects.Add((execution, new Effect.KillJobs(null)));
            if (slots.Release(execution.Flow, key.ExecutionId))
            {
                GrantSlots(execution.Flow, batch);
            }
        }

        batch.Delete(execution, item.TenantId, item.ExecutionId, item.Caller);
    }

    private void Take(ActiveExecution execution, Decision decision, BatchUnderway batch)
    {
        batch.Add(execution, decision.Events);
        outbox.Note(execution, decision.Events, batch);
        foreach (var effect in decision.Effects)
        {
            Route(execution, effect, batch);
        }
    }

    private void Route(ActiveExecution execution, Effect effect, BatchUnderway batch)
    {
        var key = execution.Key;
        switch (effect)
        {
            case Effect.EmitLog log:
                batch.Rows.Logs.Add(log.Entry);
                break;
            case Effect.EmitMetric metric:
                batch.Rows.Metrics.Add(metric.Entry);
                break;
            case Effect.SetTimer set:
                var timer = new ExecutionTimer(set.Key, key.TenantId, key.ExecutionId, set.DueAt, set.Payload);
                timers.Set(timer);
                batch.Rows.TimersRemoved.Remove(set.Key);
                batch.Rows.TimersSet.Add(timer);
                break;
            case Effect.CancelTimer cancel:
                timers.Cancel(cancel.Key);
                batch.Rows.TimersSet.RemoveAll(pending => pending.Key == cancel.Key);
                batch.Rows.TimersRemoved.Add(cancel.Key);
                break;
            case Effect.RequestSlot request:
                var held = slots.TryHold(execution.Flow, key.ExecutionId, request.Limit);
                if (held)
                {
                    batch.Rows.Slots.Add(Slot(execution, SlotState.Held));
                }

                following.Enqueue(Follow(key, new Command.SlotDecided(held)));
                break;
            case Effect.WaitForSlot wait:
                slots.Wait(execution.Flow, key.ExecutionId, wait.Limit, Now);
                batch.Rows.Slots.Add(Slot(execution, SlotState.Queued));
                GrantSlots(execution.Flow, batch);
                break;
            case Effect.HoldSlot:
                slots.Hold(execution.Flow, key.ExecutionId);
                batch.Rows.Slots.Add(Slot(execution, SlotState.Held));
                break;
            case Effect.ReleaseSlot:
                if (slots.Release(execution.Flow, key.ExecutionId))
                {
                    batch.Rows.Slots.Add(Slot(execution, SlotState.Released));
                    GrantSlots(execution.Flow, batch);
                }

                break;
            case Effect.NotifyParent notify:
                following.Enqueue(Follow(new ExecutionKey(key.TenantId, notify.ParentExecutionId), new Command.SubflowEnded(notify.ParentTaskRunId, key.ExecutionId, notify.State, notify.Outputs, notify.Replacement) { DeclaresOutputs = notify.DeclaresOutputs, OutputsError = notify.OutputsError }));
                break;
            case Effect.KillSubflow kill:
                KillSubflow(new ExecutionKey(key.TenantId, kill.SubflowExecutionId), batch);
                break;
            case Effect.CreateReplacement replacement:
                // It waits as a timer of its own, which the end of this execution does not take away.
                var creation = new ExecutionTimer(CreationPrefix + replacement.Execution.Id, key.TenantId, replacement.Execution.Id, replacement.At, ModelJson.Serialize(replacement.Execution, JsonProfile.Database));
                timers.Set(creation);
                batch.Rows.TimersSet.Add(creation);
                break;
            case Effect.RestartSubflow restart:
                following.Enqueue(new LaneItem.Decide(new ExecutionRequest(key.TenantId, restart.SubflowExecutionId, new Command.Restart(null)), null) { Origin = new SubflowOrigin(key, restart.TaskRunId) });
                break;
            default:
                batch.Effects.Add((execution, effect));
                break;
        }
    }

    // A replacement that is still to come is not created any more; whoever waits for it learns that it was killed.
    private void KillSubflow(ExecutionKey key, BatchUnderway batch)
    {
        var creation = CreationPrefix + key.ExecutionId;
        if (timers.Find(creation) is not { } pending)
        {
            following.Enqueue(Follow(key, new Command.Kill()));
            return;
        }

        timers.Cancel(creation);
        batch.Rows.TimersSet.RemoveAll(timer => timer.Key == creation);
        batch.Rows.TimersRemoved.Add(creation);
        var trigger = ModelJson.ReadExecution(pending.Payload.Span).Trigger?.Variables;
        if (trigger?.GetValueOrDefault("executionId") is string parent && trigger.GetValueOrDefault("taskRunId") is string taskRun)
        {
            following.Enqueue(Follow(new ExecutionKey(key.TenantId, parent), new Command.SubflowEnded(taskRun, key.ExecutionId, StateType.KILLED, null)));
        }
    }

    private void GrantSlots(FlowKey flow, BatchUnderway batch)
    {
        foreach (var executionId in slots.Grant(flow))
        {
            batch.Rows.Slots.Add(new SlotChange(flow.TenantId, flow.Namespace, flow.FlowId, executionId, SlotState.Held, Now));
            following.Enqueue(Follow(new ExecutionKey(flow.TenantId, executionId), new Command.SlotDecided(true)));
        }
    }

    private SlotChange Slot(ActiveExecution execution, SlotState state) =>
        new(execution.Flow.TenantId, execution.Flow.Namespace, execution.Flow.FlowId, execution.Key.ExecutionId, state, Now);

    private static LaneItem.Decide Follow(ExecutionKey key, Command command) => new(new ExecutionRequest(key.TenantId, key.ExecutionId, command), null);
}
