using Kestra.Engine.Tests.Invariants;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Flowables;
using NodaTime;

namespace Kestra.Engine.Tests.Simulation;

/// <content>What the world makes of the effects of decisions.</content>
internal sealed partial class World
{
    private void Carry(Simulated simulated, Effect effect)
    {
        switch (effect)
        {
            case Effect.DispatchJob job:
                if (!sent.Add((job.TaskRun.Id, job.Attempt)))
                {
                    throw new InvariantException(8, $"attempt {job.Attempt} of {job.TaskRun.TaskId} is sent twice");
                }

                if (sent.Count % 4 == 0)
                {
                    VisibleOutputs.Check(simulated.State.ToExecution(), job);
                }

                underway.Add(() => Work(simulated.Id, job));
                break;
            case Effect.KillJobs:
                simulated.KilledAt = now;
                break;
            case Effect.Evaluate evaluate:
                underway.Add(() => Deliver(simulated.Id, Evaluated(evaluate)));
                break;
            case Effect.StartSubflow start:
                underway.Add(() => StartSubflow(simulated.Id, start));
                break;
            case Effect.RestartSubflow restart:
                following.Enqueue((restart.SubflowExecutionId, new Command.Restart(null)));
                following.Enqueue((simulated.Id, new Command.SubflowStarted(restart.TaskRunId, restart.SubflowExecutionId)));

                // One that could not be restarted has its end already.
                following.Enqueue((restart.SubflowExecutionId, new Command.TellEnd(simulated.Id, restart.TaskRunId)));
                break;
            case Effect.AskSubflow ask:
                following.Enqueue((ask.SubflowExecutionId, new Command.TellEnd(simulated.Id, ask.TaskRunId)));
                break;
            case Effect.KillSubflow kill:
                following.Enqueue((kill.SubflowExecutionId, new Command.Kill()));
                break;
            case Effect.NotifyParent notify:
                following.Enqueue((notify.ParentExecutionId, new Command.SubflowEnded(notify.ParentTaskRunId, simulated.Id, notify.State, notify.Outputs, notify.Replacement) { DeclaresOutputs = notify.DeclaresOutputs, OutputsError = notify.OutputsError }));
                break;
            case Effect.SetTimer set:
                timers[set.Key] = (set.DueAt, simulated.Id, set.Payload, false);
                break;
            case Effect.CancelTimer cancel:
                timers.Remove(cancel.Key);
                break;
            case Effect.CreateReplacement replacement:
                timers["create:" + replacement.Execution.Id] = (replacement.At, replacement.Execution.Id, ModelJson.Serialize(replacement.Execution, JsonProfile.Database), true);
                break;
            case Effect.RequestSlot or Effect.WaitForSlot or Effect.HoldSlot or Effect.ReleaseSlot:
                Move(simulated, effect);
                break;
        }
    }

    private void Deliver(string executionId, Command command)
    {
        Decide(executionId, command);
        if (random.Next(100) < 5)
        {
            Again(executionId, command);
        }
    }

    private static Command.Evaluated Evaluated(Effect.Evaluate evaluate)
    {
        try
        {
            return new Command.Evaluated(evaluate.EvaluationId, evaluate.Run(CancellationToken.None), null);
        }
        catch (Expressions.ExpressionException error)
        {
            return new Command.Evaluated(evaluate.EvaluationId, null, error.Message);
        }
    }

    // A worker tells of the start of some attempts; the end of every attempt comes later, between other things.
    private void Work(string executionId, Effect.DispatchJob job)
    {
        if (IsKilled(executionId, job) && random.Next(100) < 20)
        {
            // Killed on its way to a worker.
            Decide(executionId, new Command.TaskResult(job.TaskRun.Id, job.Attempt, StateType.KILLED, now, now, null, WorkerId: null));
            return;
        }

        if (IsKilled(executionId, job) && random.Next(100) < 70)
        {
            End(executionId, job, StateType.KILLED);
            return;
        }

        if (random.Next(100) < 40)
        {
            Decide(executionId, new Command.TaskStarted(job.TaskRun.Id, job.Attempt, now, "worker"));
        }

        if (job.Plugin is IWorkingDirectoryTask)
        {
            underway.Add(() => RunDirectory(executionId, job));
        }
        else
        {
            underway.Add(() => End(executionId, job, IsKilled(executionId, job) && random.Next(100) < 80 ? StateType.KILLED : OutcomeOf(executionId, job)));
        }
    }

    private bool IsKilled(string executionId, Effect.DispatchJob job) => job.TaskRun.ForceExecution != true && executions[executionId].KilledAt is not null;

    private StateType OutcomeOf(string executionId, Effect.DispatchJob job) =>
        outcomes.Of(job.TaskRun.TaskId, Documents.ValuesOf(job.TaskRun, Find(executionId)), (job.TaskRun.Attempts ?? []).Count(attempt => attempt.State.Current != StateType.KILLED));

    private void End(string executionId, Effect.DispatchJob job, StateType state)
    {
        var outputs = state == StateType.KILLED ? null : new Dictionary<string, object?>(StringComparer.Ordinal) { [VisibleOutputs.Name] = job.TaskRun.TaskId };
        if (outputs is not null && job.TaskRun.TaskId.EndsWith("_split", StringComparison.Ordinal))
        {
            outputs["splits"] = SimulatedHost.PartsPrefix + new string('p', plans[job.TaskRun.TaskId].Parts);
        }

        var result = new Command.TaskResult(job.TaskRun.Id, job.Attempt, state, now, now, outputs, "worker");
        Decide(executionId, result);
        if (random.Next(100) < 5)
        {
            // Lanes deliver at least once: at once, and much later.
            Again(executionId, result);
            underway.Add(() => Decide(executionId, result));
        }
    }

    /// <summary>A command that comes a second time changes nothing, and sends nothing.</summary>
    private void Again(string executionId, Command command)
    {
        var before = Documents.Text(Find(executionId));
        var attempts = sent.Count;
        Decide(executionId, command);
        if (Documents.Text(Find(executionId)) != before || sent.Count != attempts)
        {
            throw new InvariantException(32, $"{command.GetType().Name} that came twice has done something the second time");
        }
    }

    private void RunDirectory(string executionId, Effect.DispatchJob job)
    {
        var worst = StateType.SUCCESS;
        foreach (var child in plans[job.TaskRun.TaskId].Tasks.Where(child => !child.Disabled))
        {
            var ended = RunChild(executionId, job, child);
            if (ended is StateType.FAILED or StateType.KILLED)
            {
                End(executionId, job, ended);
                return;
            }

            worst = ended == StateType.WARNING ? StateType.WARNING : worst;
        }

        End(executionId, job, worst);
    }

    private StateType RunChild(string executionId, Effect.DispatchJob job, TaskPlan child)
    {
        var run = new TaskRun
        {
            TenantId = Tenants.Default,
            Id = ids.Next(),
            ExecutionId = executionId,
            Namespace = FlowWriter.Namespace,
            FlowId = job.TaskRun.FlowId,
            TaskId = child.Id,
            ParentTaskRunId = job.TaskRun.Id,
            State = State.Created(now),
        };
        Decide(executionId, new Command.ChildReported(run));
        if (IsKilled(executionId, job))
        {
            return StateType.KILLED;
        }

        var values = Documents.ValuesOf(run, Find(executionId));
        var outcome = child.Skipped ? StateType.SKIPPED : outcomes.Of(child.Id, values, 0);
        var state = outcome == StateType.FAILED && child.AllowFailure ? StateType.WARNING : outcome;
        state = state == StateType.WARNING && child.AllowWarning ? StateType.SUCCESS : state;
        var attempt = child.Skipped ? State.Created(now) : State.Created(now).With(StateType.RUNNING, now);
        var history = child.Skipped ? run.State : run.State.With(StateType.RUNNING, now);
        Decide(executionId, new Command.ChildReported(run with { State = history.With(state, now), Attempts = [new TaskRunAttempt(attempt.With(outcome, now), "worker")] }));
        return state;
    }

    private void StartSubflow(string parent, Effect.StartSubflow start)
    {
        if (!executions.TryGetValue(start.SubflowExecutionId, out var existing))
        {
            var create = new Command.Create(NewExecution.Build(programs[start.FlowId].Flow, start.SubflowExecutionId, null, start.Labels, start.Trigger, start.ScheduleDate, start.Kind, now));
            if (Decide(start.SubflowExecutionId, create) is { } refusal)
            {
                Decide(parent, new Command.SubflowRefused(start.TaskRunId, start.SubflowExecutionId, refusal.Message));
                return;
            }
        }
        else if (start.RestartsFailed && existing.State is { HasEnded: true, Current: StateType.FAILED })
        {
            Decide(start.SubflowExecutionId, new Command.Restart(null));
        }

        Decide(parent, new Command.SubflowStarted(start.TaskRunId, start.SubflowExecutionId));
        var child = executions[start.SubflowExecutionId];
        if (child.State.HasEnded)
        {
            Decide(parent, child.State.EndFor(start.TaskRunId));
        }
    }

    private void Move(Simulated simulated, Effect effect)
    {
        var flowId = simulated.State.FlowId;
        if (!slots.TryGetValue(flowId, out var line))
        {
            slots[flowId] = line = new SlotLine();
        }

        switch (effect)
        {
            case Effect.RequestSlot request:
                var granted = line.Held.Contains(simulated.Id) || (line.Held.Count < request.Limit && line.Waiting.Count == 0 && line.Held.Add(simulated.Id));
                following.Enqueue((simulated.Id, new Command.SlotDecided(granted)));
                break;
            case Effect.WaitForSlot wait:
                line.Limit = wait.Limit;
                if (!line.Waiting.Contains(simulated.Id) && !line.Held.Contains(simulated.Id))
                {
                    line.Waiting.Add(simulated.Id);
                }

                break;
            case Effect.HoldSlot:
                line.Waiting.Remove(simulated.Id);
                line.Held.Add(simulated.Id);
                line.Forced.Add(simulated.Id);
                break;
            case Effect.ReleaseSlot:
                line.Waiting.Remove(simulated.Id);
                line.Held.Remove(simulated.Id);
                break;
        }

        line.Forced.IntersectWith(line.Held);
        if (line.Held.Count - line.Forced.Count > (programs[flowId].Flow.Concurrency?.Limit ?? int.MaxValue))
        {
            throw new InvariantException(24, $"{line.Held.Count} executions of {flowId} hold a slot");
        }

        while (line.Waiting.Count > 0 && line.Held.Count < line.Limit)
        {
            var next = line.Waiting[0];
            line.Waiting.RemoveAt(0);
            line.Held.Add(next);
            following.Enqueue((next, new Command.SlotDecided(true)));
        }
    }

    private sealed class SlotLine
    {
        public HashSet<string> Held { get; } = new(StringComparer.Ordinal);
        public HashSet<string> Forced { get; } = new(StringComparer.Ordinal);
        public List<string> Waiting { get; } = [];
        public int Limit { get; set; } = 1;
    }

    /// <summary>One execution: live, and as the store has it.</summary>
    private sealed class Simulated(string id, ExecutionState state, FlowProgram program)
    {
        private readonly List<byte[]> tail = [];
        private byte[] document = [];
        private ExecutionState? shadow;

        public string Id { get; } = id;
        public ExecutionState State { get; private set; } = state;
        public Instant? KilledAt { get; set; }
        public bool WasEnded { get; private set; }

        public bool IsPaused(string taskRunId) => State.Find(taskRunId) is { State: StateType.PAUSED };

        /// <summary>Commits facts, and holds what the store gives back against the live state.</summary>
        public void Store(IReadOnlyList<ExecutionEvent> events, bool snapshot)
        {
            if (!State.Current.IsTerminated)
            {
                KilledAt = null;
            }

            WasEnded = State.HasEnded;
            CheckSize();
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            EventCodec.Encode(events, buffer);
            var decoded = EventCodec.Decode(buffer.WrittenMemory);
            if (shadow is null || snapshot)
            {
                document = ModelJson.Serialize(State.ToExecution(), JsonProfile.Database);
                tail.Clear();
                shadow = ExecutionState.Restore(ModelJson.ReadExecution(document), [], program);
            }
            else
            {
                tail.Add(buffer.WrittenSpan.ToArray());
                foreach (var fact in decoded)
                {
                    shadow.Apply(fact);
                }
            }

            if (State.HasEnded || snapshot)
            {
                Documents.ShouldBeSame(shadow.ToExecution(), State.ToExecution());
            }
            else
            {
                // What the facts of this decision do not name is as it was when it was last compared.
                Documents.ShouldBeSame(shadow, State, decoded);
            }
        }

        private void CheckSize()
        {
            if (State.DocumentBytes is { } bytes)
            {
                bytes.ShouldBe(ModelJson.Serialize(State.ToExecution(), JsonProfile.Database).Length, "the size of the document is known");
                (State.Current.IsTerminated || bytes <= program.Environment.MessageLimit).ShouldBeTrue($"{bytes} bytes are too many for an execution that is {State.Current}");
            }
        }

        public void Restore()
        {
            var before = State;
            State = ExecutionState.Restore(ModelJson.ReadExecution(document), [.. tail.SelectMany(entry => EventCodec.Decode(entry))], program);
            Documents.Text(State.ToExecution()).ShouldBe(Documents.Text(before.ToExecution()), "the journal gives the execution back");
        }
    }
}
