using System.Diagnostics;
using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Executor.Partitions;
using Kestra.Executor.Slots;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>
/// Decides what the loop takes from its inbox. Consequences for executions of this process's partitions (slots, ends of subflows,
/// kills) are decided in the same batch; those for others leave with it, as stored commands or as effects. Used by the loop alone.
/// </summary>
internal sealed class CommandProcessor(
    ExecutionDecider decider,
    ExecutionTable executions,
    ExecutionLoader loader,
    FlowPrograms programs,
    SlotLedger slots,
    TimerQueue timers,
    JobPlacement jobs,
    ChangeOutbox outbox,
    OwnedPartitions owned,
    ForeignCommands foreign,
    Following.ChangeSignals signals,
    Func<CommandOutcome.Overloaded?> overload,
    Skipping skipping,
    PostponedCommands postponed,
    ExecutorMetrics metrics,
    TimeProvider time,
    IIdSource ids)
{
    private const string CreationPrefix = "create:";
    private const int CallerReadings = 5;

    private readonly Queue<LaneItem.Decide> following = new();

    /// <summary>Decides one item and everything that follows from it inside the partition.</summary>
    /// <param name="isAnswered">Whether the result of an attempt has arrived and waits for its decision.</param>
    public void Process(LaneItem item, Func<string, int, bool> isAnswered, BatchUnderway batch)
    {
        switch (item)
        {
            case LaneItem.Decide decide:
                decide.IsOuter = true;
                Decide(decide, batch);
                break;
            case LaneItem.Loaded loaded when loaded.Loader == loader:
                Enter(loaded, batch);
                break;
            case LaneItem.Delete delete:
                Delete(delete, batch);
                break;
            case LaneItem.LimitRead when postponed.AreKept:
                break;
            case LaneItem.LimitRead read:
                slots.Limit(read.Flow, read.Limit);
                GrantSlots(read.Flow, batch);
                break;
            case LaneItem.ChangeDone stale when outbox.IsStale(stale):
                stale.Caller.TrySetResult(false);
                break;
            case LaneItem.ChangeDone done:
                batch.Note(done);
                outbox.Done(done, batch);
                break;
            case LaneItem.Forward forward:
                batch.Rows.CommandsSent.Add(new OutgoingCommand(forward.Partition, forward.Command.ExecutionId, forward.Command.Command));
                batch.Answer(forward.Caller, new CommandOutcome.NotFound());
                break;
            case LaneItem.Drop drop:
                batch.Answer(drop.Caller, new CommandOutcome.NotFound());
                break;
            case LaneItem.Gain gain:
                Gain(gain.Partition, isAnswered, batch);
                gain.Done.TrySetResult();
                break;
            case LaneItem.Yield yield:
                Yield(yield, batch);
                break;
        }

        DecideFollowing(batch);
    }

    /// <summary>Hands out again what is not done, when the one who acts on changes has come or this partition has been taken up anew.</summary>
    public void HandChanges(BatchUnderway batch) => outbox.HandAllAgain(batch);

    /// <summary>Decides every timer that is due, up to the limit; none during maintenance.</summary>
    /// <returns>False when nothing was due.</returns>
    public bool FireTimers(BatchUnderway batch, int limit)
    {
        if (postponed.AreKept)
        {
            return false;
        }

        var fired = false;
        while (batch.Decided < limit && postponed.TryRelease(out var held))
        {
            Decide(held!, batch);
            DecideFollowing(batch);
        }

        while (batch.Decided < limit && timers.TryTake(Now, out var timer))
        {
            fired = true;
            if (ChangeOutbox.Owns(timer.Key))
            {
                outbox.HandAgain(timer, batch);
                continue;
            }

            Decide(new LaneItem.Decide(RequestOf(timer), timer.Partition, null) { TimerKey = timer.Key }, batch);
            DecideFollowing(batch);
        }

        return fired;
    }

    // A creation that was kept may have been asked for twice.
    private static ExecutionRequest RequestOf(in ExecutionTimer timer) =>
        PostponedCommands.Owns(timer.Key) ? new ExecutionRequest(timer.TenantId, timer.ExecutionId, PostponedCommands.Decode(timer.Payload)) { MayExist = true }
        : timer.Key.StartsWith(CreationPrefix, StringComparison.Ordinal) ? new ExecutionRequest(timer.TenantId, timer.ExecutionId, new Command.Create(ModelJson.ReadExecution(timer.Payload.Span)))
        : new ExecutionRequest(timer.TenantId, timer.ExecutionId, new Command.TimerFired(timer.Key, timer.Payload));

    /// <summary>Takes up a partition: what was open in it goes on, and what it owed is owed again.</summary>
    /// <param name="isAnswered">Whether the result of an attempt has arrived and waits for its decision.</param>
    public void Gain(GainedPartition gained, Func<string, int, bool> isAnswered, BatchUnderway batch)
    {
        owned.Add(gained.Lease);
        foreach (var timer in gained.Contents.Timers)
        {
            timers.Set(timer);
        }

        foreach (var slot in gained.Contents.Slots)
        {
            slots.Restore(slot);
        }

        jobs.Restore(gained.Contents.Jobs);
        foreach (var execution in gained.Executions)
        {
            executions.Add(execution);

            // A worker hands the result over before it forgets the job, so asking in this order misses none.
            Take(execution, decider.Recover(execution.State, Now, ids, (taskRunId, attempt) => jobs.Knows(taskRunId, attempt) || postponed.HasResult(taskRunId, attempt) || isAnswered(taskRunId, attempt)), batch);
            DecideFollowing(batch);
        }
    }

    // What was decided so far is still written with this batch; everything later is the new owner's.
    private void Yield(LaneItem.Yield item, BatchUnderway batch)
    {
        if (!owned.Owns(item.Partition))
        {
            item.Done.TrySetResult();
            return;
        }

        batch.Touch(item.Partition);
        batch.Yielded.Add((owned.LeaseOf(item.Partition), item.Done));
        owned.Remove(item.Partition);
        timers.Forget(item.Partition);
        slots.Forget(flow => FlowPartition.Of(flow.TenantId, flow.Namespace, flow.FlowId, owned.Total) == item.Partition);
        foreach (var execution in executions.All.Where(execution => execution.Partition == item.Partition).ToList())
        {
            executions.Remove(execution.Key);
            signals.LetGo(execution.Key);
            signals.Signal(execution.Key.ExecutionId);
        }

        foreach (var waiting in executions.TakeParked(item.Partition))
        {
            foreign.Reroute(waiting);
        }
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
        if (item.Partition != LaneItem.UnknownPartition && !owned.Owns(item.Partition))
        {
            foreign.Reroute(item);
        }
        else if (item.Request.Command is Command.TimerFired sent && ChangeOutbox.Owns(sent.Key))
        {
            outbox.Receive(sent, item.Partition, batch);
            batch.Note(item);
            batch.Answer(item.Caller, new CommandOutcome.NotFound());
        }
        else if (skipping.Skips(item.Request))
        {
            Refuse(item, Skipping.RefusalOf(key.ExecutionId), batch);
        }
        else if (executions.IsLoading(key))
        {
            executions.Park(key, item);
        }
        else if (postponed.AreKept && TryPostpone(key, item, batch))
        {
            // It is decided when the maintenance is over.
        }
        else if (executions.TryGet(key, out var execution) && !NeedsOtherProgram(execution, item.Request.Command))
        {
            DecideExisting(execution, item, batch);
        }
        else if (item is { Caller: QueuedCaller, Request.Command: Command.Create } && overload() is { } overloaded)
        {
            batch.Answer(item.Caller, overloaded);
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

    /// <returns>False when its execution has to be read, or refuses it whatever its state.</returns>
    private bool TryPostpone(ExecutionKey key, LaneItem.Decide item, BatchUnderway batch)
    {
        var isKnown = executions.TryGet(key, out var execution);
        if (item.Request.Command is not Command.Create create)
        {
            if (!isKnown)
            {
                return false;
            }

            batch.Note(item);
            postponed.Keep(key, execution!.Partition, item.Request.Command, batch);
            batch.Accept(item.Caller, execution);
            return true;
        }

        if (isKnown || item.Partition == LaneItem.UnknownPartition)
        {
            return false;
        }

        if (item.Origin is not null)
        {
            postponed.Hold(item);
            return true;
        }

        batch.Note(item);
        postponed.Keep(key, item.Partition, create, batch);
        if (item.Request.Trigger is { } trigger)
        {
            batch.Rows.Triggers.Add(trigger);
        }

        batch.Answer(item.Caller, new CommandOutcome.Accepted(create.Execution));
        return true;
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
        var began = Stopwatch.GetTimestamp();
        var (state, decision) = decider.Create(create, program, Now, ids);
        if (decision.Refusal is { Code: RefusalCode.TooLarge } refusal)
        {
            metrics.TooLarge();
            if (item is { HasCaller: false, Origin: null })
            {
                // It was accepted before, and nobody would hear of a refusal: it is there, and says why it does not run.
                (state, decision) = decider.Create(create with { Failure = refusal.Message }, program, Now, ids);
            }
        }

        if (state is null)
        {
            Refuse(item, decision.Refusal!, batch);
            return;
        }

        var execution = new ActiveExecution(state, program, item.Partition) { MayBeginLater = item is { Request.IsAwaited: false, Origin: null } };
        executions.Add(execution);
        batch.Created++;
        metrics.Decided(execution, create, decision, 0, Stopwatch.GetElapsedTime(began));
        Accept(execution, decision, item, batch);
    }

    private void DecideExisting(ActiveExecution execution, LaneItem.Decide item, BatchUnderway batch)
    {
        var (began, violated) = (Stopwatch.GetTimestamp(), execution.State.ViolatedSlas);
        var decision = item.Request.Command is Command.Create
            ? Decision.Refuse(RefusalCode.AlreadyExists, $"Execution '{execution.Key.ExecutionId}' exists already.")
            : decider.Decide(execution.State, item.Request.Command, Now, ids);
        if (decision.Refusal is { } refusal)
        {
            Refuse(item, refusal, batch);
        }
        else
        {
            metrics.Decided(execution, item.Request.Command, decision, violated, Stopwatch.GetElapsedTime(began));
            Accept(execution, decision, item, batch);
        }
    }

    private void Accept(ActiveExecution execution, Decision decision, LaneItem.Decide item, BatchUnderway batch)
    {
        batch.Note(item);
        if (item.Request.Command is Command.TaskResult result)
        {
            jobs.Answered(result.TaskRunId, result.Attempt, batch.Rows);
        }
        else if (item.Request.Command is Command.WorkerLost lost)
        {
            jobs.Answered(lost.TaskRunId, lost.Attempt, batch.Rows);
        }

        Take(execution, decision, batch);
        if (item.Request.Trigger is { } trigger)
        {
            batch.Rows.Triggers.Add(trigger);
        }

        batch.Accept(item.Caller, execution);
        if (item.Origin is { } origin)
        {
            Send(origin.Parent, new Command.SubflowStarted(origin.TaskRunId, execution.Key.ExecutionId, CreatedBy(item, execution)), origin.Partition, execution.Partition, batch);
        }
    }

    private static SubflowTarget? CreatedBy(LaneItem.Decide item, ActiveExecution execution) =>
        item.Request.Command is Command.Create ? new SubflowTarget(execution.Program.Flow.Namespace, execution.Program.Flow.Id) : null;

    private void Refuse(LaneItem.Decide item, Refusal refusal, BatchUnderway batch)
    {
        batch.Note(item);
        batch.Answer(item.Caller, new CommandOutcome.Refused(refusal));
        if (item.Origin is { } origin)
        {
            Answer(item, origin, refusal, batch);
        }
    }

    // An execution that exists already is the one that was asked for; one that can't be restarted has its end already.
    private void Answer(LaneItem.Decide item, SubflowOrigin origin, Refusal refusal, BatchUnderway batch)
    {
        var id = item.Request.ExecutionId;
        if (!executions.TryGet(new ExecutionKey(item.Request.TenantId, id), out var execution))
        {
            Send(origin.Parent, new Command.SubflowRefused(origin.TaskRunId, id, refusal.Message), origin.Partition, item.Partition, batch);
            return;
        }

        if (origin.RestartsFailed && execution.State is { HasEnded: true, Current: StateType.FAILED })
        {
            following.Enqueue(new LaneItem.Decide(new ExecutionRequest(origin.Parent.TenantId, id, new Command.Restart(null)), execution.Partition, null) { Origin = origin with { RestartsFailed = false } });
            return;
        }

        Send(origin.Parent, new Command.SubflowStarted(origin.TaskRunId, id), origin.Partition, execution.Partition, batch);
        if (execution.State.HasEnded)
        {
            Send(origin.Parent, execution.State.EndFor(origin.TaskRunId), origin.Partition, execution.Partition, batch);
        }
    }

    private void Enter(LaneItem.Loaded loaded, BatchUnderway batch)
    {
        var waiting = executions.TakeParked(loaded.Key);
        if (loaded.IsSkipped)
        {
            foreach (var item in waiting)
            {
                Refuse(item, Skipping.RefusalOf(loaded.Key.ExecutionId), batch);
            }

            return;
        }

        if (loaded.Fault is { } fault)
        {
            Turn(loaded.Key, waiting, fault);
            return;
        }

        if (loaded.Restored is { } restored)
        {
            // Only now it is known where it belongs.
            if (!owned.Owns(restored.Partition))
            {
                foreach (var item in waiting)
                {
                    foreign.Reroute(item);
                }

                return;
            }

            executions.Add(restored);
        }

        if (loaded is { Restored: null, Program: null } && waiting.FirstOrDefault(static item => item.Request.Command is Command.Create) is { } creation)
        {
            // It was looked for, and comes to be only now: its flow is still to be read.
            foreach (var item in waiting)
            {
                executions.Park(loaded.Key, item);
            }

            loader.Begin(loaded.Key, creation.Request);
            return;
        }

        // A command that came before the execution did, while both waited, is still for that execution.
        foreach (var item in waiting.OrderBy(static item => item.Request.Command is not Command.Create))
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

    // A broken connection is replaced by the next try. Callers can come back after some; what nobody waits for would be lost, so it is tried for ever.
    private void Turn(ExecutionKey key, IReadOnlyList<LaneItem.Decide> waiting, Exception fault)
    {
        foreach (var item in waiting)
        {
            if (fault is not StoreUnavailableException || (item.HasCaller && ++item.Misreadings >= CallerReadings))
            {
                item.Fail(fault);
            }
            else if (executions.Park(key, item))
            {
                loader.BeginLater(key, item.Request);
            }
        }
    }

    private void Miss(LaneItem.Decide item, BatchUnderway batch)
    {
        batch.Note(item);
        batch.Answer(item.Caller, new CommandOutcome.NotFound());
        if (item.Request.Command is Command.Kill && TryCancelCreation(new ExecutionKey(item.Request.TenantId, item.Request.ExecutionId), batch))
        {
            return;
        }

        // One that is still to replace another tells its end when it has come.
        if (item.Origin is { } origin && timers.Find(CreationPrefix + item.Request.ExecutionId) is null)
        {
            Send(origin.Parent, new Command.SubflowRefused(origin.TaskRunId, item.Request.ExecutionId, $"The execution '{item.Request.ExecutionId}' of the subflow does not exist any more"), origin.Partition, item.Partition, batch);
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
        if (!owned.Owns(item.Partition))
        {
            foreign.Reroute(item);
            return;
        }

        batch.Note(item);
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

        batch.Delete(execution, item);
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
        batch.Touch(execution.Partition);
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
                var timer = new ExecutionTimer(set.Key, key.TenantId, key.ExecutionId, set.DueAt, set.Payload) { Partition = execution.Partition };
                timers.Set(timer);
                batch.SetTimer(timer);
                break;
            case Effect.CancelTimer cancel:
                timers.Cancel(cancel.Key);
                batch.RemoveTimer(cancel.Key, execution.Partition);
                break;
            case Effect.RequestSlot request:
                var held = slots.TryHold(execution.Flow, key.ExecutionId, request.Limit);
                if (held)
                {
                    batch.Rows.Slots.Add(Slot(execution, SlotState.Held));
                }

                Follow(execution, new Command.SlotDecided(held));
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
                Send(
                    new ExecutionKey(key.TenantId, notify.ParentExecutionId),
                    new Command.SubflowEnded(notify.ParentTaskRunId, key.ExecutionId, notify.State, notify.Outputs, notify.Replacement) { DeclaresOutputs = notify.DeclaresOutputs, OutputsError = notify.OutputsError },
                    null,
                    execution.Partition,
                    batch);
                break;
            case Effect.AskSubflow ask:
                Send(new ExecutionKey(key.TenantId, ask.SubflowExecutionId), new Command.TellEnd(key.ExecutionId, ask.TaskRunId), null, execution.Partition, batch);
                break;
            case Effect.KillSubflow kill:
                KillSubflow(new ExecutionKey(key.TenantId, kill.SubflowExecutionId), execution.Partition, batch);
                break;
            case Effect.CreateReplacement replacement:
                // It waits as a timer of its own, which the end of this execution does not take away.
                var creation = new ExecutionTimer(CreationPrefix + replacement.Execution.Id, key.TenantId, replacement.Execution.Id, replacement.At, ModelJson.Serialize(replacement.Execution, JsonProfile.Database)) { Partition = execution.Partition };
                timers.Set(creation);
                batch.SetTimer(creation);
                break;
            case Effect.RestartSubflow restart:
                Send(
                    new LaneItem.Decide(new ExecutionRequest(key.TenantId, restart.SubflowExecutionId, new Command.Restart(null)), LaneItem.UnknownPartition, null) { Origin = new SubflowOrigin(key, execution.Partition, restart.TaskRunId) },
                    execution.Partition,
                    batch);
                break;
            case Effect.DispatchJob job when jobs.TryStore(execution, job, batch.Rows):
                break;
            case Effect.KillJobs kill:
                jobs.Kill(execution, kill.TaskRunId, batch.Rows);
                batch.Effects.Add((execution, effect));
                break;
            default:
                batch.Effects.Add((execution, effect));
                break;
        }
    }

    private void KillSubflow(ExecutionKey key, int from, BatchUnderway batch)
    {
        if (!TryCancelCreation(key, batch))
        {
            Send(key, new Command.Kill(), null, from, batch);
        }
    }

    // A replacement that is still to come is not created any more; whoever waits for it learns that it was killed.
    private bool TryCancelCreation(ExecutionKey key, BatchUnderway batch)
    {
        var creation = CreationPrefix + key.ExecutionId;
        if (timers.Find(creation) is not { } pending)
        {
            return false;
        }

        timers.Cancel(creation);
        batch.RemoveTimer(creation, pending.Partition);
        var trigger = ModelJson.ReadExecution(pending.Payload.Span).Trigger?.Variables;
        if (trigger?.GetValueOrDefault("executionId") is string parent && trigger.GetValueOrDefault("taskRunId") is string taskRun)
        {
            Send(new ExecutionKey(key.TenantId, parent), new Command.SubflowEnded(taskRun, key.ExecutionId, StateType.KILLED, null), null, pending.Partition, batch);
        }

        return true;
    }

    private void GrantSlots(FlowKey flow, BatchUnderway batch)
    {
        foreach (var executionId in slots.Grant(flow))
        {
            var partition = FlowPartition.Of(flow.TenantId, flow.Namespace, flow.FlowId, owned.Total);
            batch.Touch(partition);
            batch.Rows.Slots.Add(new SlotChange(flow.TenantId, flow.Namespace, flow.FlowId, executionId, SlotState.Held, Now) { Partition = partition });
            following.Enqueue(new LaneItem.Decide(new ExecutionRequest(flow.TenantId, executionId, new Command.SlotDecided(true)), partition, null));
        }
    }

    private SlotChange Slot(ActiveExecution execution, SlotState state) =>
        new(execution.Flow.TenantId, execution.Flow.Namespace, execution.Flow.FlowId, execution.Key.ExecutionId, state, Now) { Partition = execution.Partition };

    private void Follow(ActiveExecution execution, Command command) =>
        following.Enqueue(new LaneItem.Decide(new ExecutionRequest(execution.Key.TenantId, execution.Key.ExecutionId, command), execution.Partition, null));

    private void Send(ExecutionKey key, Command command, int? partition, int from, BatchUnderway batch) =>
        Send(new LaneItem.Decide(new ExecutionRequest(key.TenantId, key.ExecutionId, command), partition ?? LaneItem.UnknownPartition, null), from, batch);

    // What can be decided here is decided in the same batch. The rest becomes a row of it: for the partition where it belongs, or,
    // when that is not known, for the sender's own, whose reader finds the place.
    private void Send(LaneItem.Decide item, int from, BatchUnderway batch)
    {
        var key = new ExecutionKey(item.Request.TenantId, item.Request.ExecutionId);
        if (executions.TryGet(key, out var execution))
        {
            following.Enqueue(new LaneItem.Decide(item.Request, execution.Partition, item.Caller) { Origin = item.Origin });
        }
        else if (owned.OwnsAll || owned.Owns(item.Partition))
        {
            following.Enqueue(item);
        }
        else
        {
            batch.Rows.CommandsSent.Add(ForeignCommands.Row(item, item.Partition == LaneItem.UnknownPartition ? from : item.Partition));
        }
    }
}
