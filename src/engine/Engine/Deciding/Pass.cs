using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Engine.Deciding;

/// <summary>
/// One decision underway: it changes the state by facts, collects effects, and works its steps off until the execution can
/// do nothing more by itself.
/// </summary>
internal sealed partial class Pass(ExecutionState state, Instant now, IIdSource ids)
{
    private readonly List<ExecutionEvent> events = [];
    private readonly List<Effect> effects = [];
    private readonly Queue<Step> steps = new();
    private bool hadEnded = state.IsPrepared && state.HasEnded;
    private readonly HashSet<RunNode> due = [];
    private bool assertionsDue;
    private bool isTooLarge;

    private FlowProgram Program => state.Program;

    private EngineEnvironment Environment => state.Program.Environment;

    /// <summary>Works everything off and closes the decision.</summary>
    public Decision Complete()
    {
        RunSteps();
        if (state.HasEnded && !hadEnded)
        {
            AnnounceEnd();
        }

        return events.Count == 0 && effects.Count == 0 ? Decision.Nothing : new Decision(events, effects) { IsTooLarge = isTooLarge };
    }

    private void FailIfTooLarge()
    {
        if (Excess() is { } excess)
        {
            isTooLarge = true;
            FailExecution(excess);
        }
    }

    /// <summary>What is too large about the execution; null when nothing is, and when it is over: what has ended may be as large as it has become.</summary>
    public string? Excess() => Environment.MessageLimit is { } limit && !state.Current.IsTerminated && state.DocumentBytes is { } bytes && bytes > limit
        ? MessageLimit.Exceeded(bytes, limit)
        : null;

    /// <summary>
    /// Ends the execution because the decision could not be taken to its end. What it has established so far holds: each fact
    /// is true by itself.
    /// </summary>
    public void Break(Exception error)
    {
        steps.Clear();
        FailExecution($"The execution can't go on: {error.Message}");
    }

    private void RunSteps()
    {
        var done = 0;
        while (true)
        {
            if (assertionsDue)
            {
                assertionsDue = false;
                CheckAssertions();
            }

            // Between the steps, so that nothing begins behind what is too large already.
            FailIfTooLarge();
            if (!steps.TryDequeue(out var step))
            {
                return;
            }

            if (++done > Environment.StepLimit)
            {
                steps.Clear();
                FailExecution($"The execution needs more than {Environment.StepLimit} steps at once");
            }
            else if (IsHeld(step))
            {
                state.Deferred.Enqueue(step);
            }
            else
            {
                Execute(step);
            }
        }
    }

    private void Execute(Step step)
    {
        switch (step)
        {
            case Step.Advance advance:
                Advance(advance.Scope);
                break;
            case Step.Next next:
                StartNext(next.Scope, next.Chain);
                break;
            case Step.Submit submit:
                Submit(submit.Node);
                break;
            case Step.Continue { Node.IsTerminated: false } answered:
                answered.Go(this);
                break;
        }
    }

    // A held execution starts nothing; what comes back from workers is taken in all the same.
    private bool IsHeld(Step step) => state.Current is StateType.PAUSED or StateType.BREAKPOINT or StateType.QUEUED && step switch
    {
        Step.Submit submit => MatchesBreakpoint(submit.Node) || (submit.Node.Task?.Branch != TaskBranch.OnPause && !due.Contains(submit.Node)),
        Step.Continue answered => answered.Node.Task?.Branch != TaskBranch.OnPause,
        _ => true,
    };

    /// <summary>A task holds the execution. What was created together with it still begins.</summary>
    private void PauseExecution()
    {
        if (state.Current == StateType.PAUSED)
        {
            return;
        }

        due.UnionWith(steps.OfType<Step.Submit>().Select(submit => submit.Node));
        MoveTo(StateType.PAUSED);
    }

    private void ReleaseDeferred()
    {
        while (state.Deferred.TryDequeue(out var step))
        {
            steps.Enqueue(step);
        }
    }

    private void Fact(ExecutionEvent fact)
    {
        events.Add(fact);
        state.Apply(fact);
        assertionsDue |= Program.HasAssertions;
    }

    private void Do(Effect effect) => effects.Add(effect);

    private void SetRun(TaskRun run) => Fact(new ExecutionEvent.RunSet(run));

    private void ChangeState(StateType to)
    {
        if (state.Current != to)
        {
            Fact(new ExecutionEvent.StateChanged(to, now));
        }
    }

    /// <summary>Changes the state by the steps that are legal: what waits is woken first.</summary>
    private void MoveTo(StateType to)
    {
        switch (state.Current)
        {
            case StateType.PAUSED when to is StateType.SUCCESS or StateType.WARNING or StateType.KILLED:
                ChangeState(StateType.RESTARTED);
                ChangeState(StateType.RUNNING);
                break;
            case StateType.PAUSED when to is not (StateType.RUNNING or StateType.RESTARTED or StateType.CANCELLED or StateType.KILLING or StateType.PAUSED):
                ChangeState(StateType.RESTARTED);
                break;
            case StateType.RETRYING or StateType.BREAKPOINT when to is not (StateType.RUNNING or StateType.KILLING) && to != state.Current:
                ChangeState(StateType.RUNNING);
                break;
        }

        ChangeState(to);
    }

    private void ChangeRun(RunNode node, StateType to) => SetRun(node.Run with { State = node.Run.State.With(to, now) });

    private RenderContext ContextOf(RunNode? node) => Scope(VariableTree.Of(state, node), CancellationToken.None);

    // What is stored encrypted is clear only while an expression looks at it.
    private RenderContext Scope(IReadOnlyDictionary<string, object?> variables, CancellationToken cancellation) =>
        new(DecryptedVariables.Of(variables, Environment.Decrypt), Host(), cancellation);

    private IExpressionHost? Host() => Environment.HostOf(state.TenantId, state.Namespace, state.FlowId, state.Id);

    private void Log(RunNode? node, LogLevel level, string message) => Do(new Effect.EmitLog(new LogEntry
    {
        TenantId = state.TenantId,
        Namespace = state.Namespace,
        FlowId = state.FlowId,
        TaskId = node?.Run.TaskId,
        ExecutionId = state.Id,
        TaskRunId = node?.Run.Id,
        AttemptNumber = node is null ? null : Math.Max(0, node.AttemptCount - 1),
        Timestamp = now,
        Level = level,
        Thread = "executor",
        Message = message,
        ExecutionKind = state.Kind,
    }));

    private string Key(string kind, string name) => $"{state.Id}:{kind}:{name}";
}
