using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine.Deciding;

/// <content>Sends created task runs where they belong.</content>
internal sealed partial class Pass
{
    private const string GroupQuestion = "workerGroup";

    private void Submit(RunNode node)
    {
        if (!node.State.IsCreated || node.Sent is not null || node.Waiting is not null || (node.Owner is { } owner ? IsDead(owner) : state.Current.IsTerminated))
        {
            return;
        }

        if (node.Task is null)
        {
            FailRun(node, $"The task '{node.Run.TaskId}' does not exist in revision {state.Header.FlowRevision} of the flow");
        }
        else if (MatchesBreakpoint(node))
        {
            StopAtBreakpoint();
        }
        else
        {
            SubmitUnlessSkipped(node, node.Task);
        }
    }

    private void SubmitUnlessSkipped(RunNode node, TaskNode task)
    {
        if (task.RunIf is not { } runIf)
        {
            Route(node, task);
        }
        else if (runIf.IsPure)
        {
            DecideRunIf(node, task, () => runIf.Render(ContextOf(node)));
        }
        else
        {
            var variables = VariableTree.Of(state, node);
            Ask(node, "runIf", cancellation => runIf.Render(Scope(variables, cancellation)));
        }
    }

    private void DecideRunIf(RunNode node, TaskNode task, Func<object?> evaluate)
    {
        bool runs;
        try
        {
            runs = ValueConversion.IsTruthy(evaluate());
        }
        catch (Exception error)
        {
            // Whether the task may fail does not matter: it has not been tried.
            Log(node, LogLevel.ERROR, $"Failed to evaluate the runIf condition for task {task.Id}. Cause: {error.Message}");
            EndRun(node, StateType.FAILED);
            return;
        }

        if (runs)
        {
            Route(node, task);
        }
        else
        {
            Skip(node);
        }
    }

    private void Skip(RunNode node)
    {
        var attempt = new TaskRunAttempt(State.Created(now).With(StateType.SKIPPED, now));
        SetRun(node.Run with { State = node.Run.State.With(StateType.SKIPPED, now), Attempts = Append(node, attempt) });
        Ended(node);
    }

    private void Route(RunNode node, TaskNode task)
    {
        switch (task.Route)
        {
            case TaskRoute.Worker:
                Dispatch(node, task);
                break;
            case TaskRoute.Flowable:
                BeginFlowable(node, (IFlowableTask)task.Plugin);
                break;
            case TaskRoute.Pause:
                BeginPause(node, (IPauseTask)task.Plugin);
                break;
            case TaskRoute.Executable:
                BeginSubflow(node, (IExecutableTask)task.Plugin);
                break;
            case TaskRoute.Updating:
                Update(node, (IExecutionUpdatingTask)task.Plugin);
                break;
        }
    }

    private void Dispatch(RunNode node, TaskNode task)
    {
        if (task.WorkerGroup is not { } group)
        {
            Send(node, task, null);
        }
        else if (group.IsPure)
        {
            Answer(node, () => group.Render(ContextOf(node)), key => Dispatch(node, task, key));
        }
        else
        {
            var variables = VariableTree.Of(state, node);
            Ask(node, GroupQuestion, cancellation => group.Render(Scope(variables, cancellation)));
        }
    }

    // An expression may come to the conclusion that any worker will do.
    private void Dispatch(RunNode node, TaskNode task, object? key)
    {
        var group = key?.ToString() is { Length: > 0 } text ? text : null;
        var fallback = task.Definition.WorkerGroup?.Fallback ?? Program.Flow.WorkerGroup?.Fallback ?? WorkerGroupFallback.WAIT;
        if (group is null || CanTake(node, group, fallback))
        {
            Send(node, task, group);
        }
    }

    private void Send(RunNode node, TaskNode task, string? group)
    {
        Out(node);
        Do(OpenJobs.Of(state, node, task, group));
    }

    /// <summary>Whether the task may be sent to its worker group; else it has ended as its fallback says.</summary>
    private bool CanTake(RunNode node, string group, WorkerGroupFallback fallback)
    {
        switch (Environment.WorkersOf(state.TenantId, group), fallback)
        {
            case (WorkerGroupPresence.Attended, _):
                return true;
            case (WorkerGroupPresence.Unknown, _):
                FailRun(node, $"Cannot run task. No worker group exist for key '{group}'.");
                return false;
            case (_, WorkerGroupFallback.FAIL):
                FailRun(node, $"No workers are available for worker group '{group}', failing the task.");
                return false;
            case (_, WorkerGroupFallback.CANCEL):
                Log(node, LogLevel.ERROR, $"No workers are available for worker group '{group}', canceling the task.");
                EndRun(node, StateType.CANCELLED);
                return false;
            default:
                Log(node, LogLevel.INFO, $"No workers are available for worker group '{group}', waiting for one.");
                return true;
        }
    }

    /// <summary>The next attempt is with somebody else, who will answer.</summary>
    private void Out(RunNode node)
    {
        if (node.Sent is null)
        {
            state.OpenJobs++;
        }

        node.Sent = node.CurrentAttempt;
    }

    private void Update(RunNode node, IExecutionUpdatingTask task)
    {
        if (!node.Task!.IsPure)
        {
            var variables = VariableTree.Of(state, node);
            var values = state.Header.Variables;
            Ask(node, "update", cancellation => task.Update(values, Renderer(variables, cancellation)));
            return;
        }

        Answer(node, () => task.Update(state.Header.Variables, Renderer(VariableTree.Of(state, node), CancellationToken.None)), update => ApplyUpdate(node, (ExecutionUpdate)update!));
    }

    private void ApplyUpdate(RunNode node, ExecutionUpdate update)
    {
        if (update.Labels is { } labels)
        {
            Fact(new ExecutionEvent.LabelsSet(MergeLabels(state.Header.Labels ?? [], labels)));
        }

        if (update.Variables is { } variables)
        {
            Fact(new ExecutionEvent.VariablesSet(variables));
        }

        if (update.Exit is { } exit)
        {
            Exit(node, exit);
            return;
        }

        EndRun(node, StateType.SUCCESS);
    }

    /// <summary>Ends a run that has one attempt of no length, and looks at what follows.</summary>
    private void EndRun(RunNode node, StateType to)
    {
        CloseRun(node, to);
        Ended(node);
    }

    private void CloseRun(RunNode node, StateType to)
    {
        LeaveScope(node);
        // A flowable task that goes on after a restart goes on in the attempt that it had.
        var attempts = node.Run.Attempts is { Count: > 0 } existing && (!existing[^1].State.Current.IsTerminated || node.Task?.Plugin is IFlowableTask or IPauseTask or IWorkingDirectoryTask)
            ? CloseLast(existing, to)
            : Append(node, new TaskRunAttempt(State.Created(now).With(to, now)));
        SetRun(node.Run with { State = node.Run.State.With(to, now), Attempts = attempts });
    }

    private static void LeaveScope(RunNode node)
    {
        if (node.Scope is { } scope)
        {
            scope.Phase = ScopePhase.Done;
            node.Scope = null;
        }
    }

    /// <summary>The run can't go on; what allowFailure says is applied.</summary>
    private void FailRun(RunNode node, string message)
    {
        Log(node, LogLevel.ERROR, message);
        EndRun(node, FailState(node));
    }

    private static StateType FailState(RunNode node) => node.Task?.Definition switch
    {
        { AllowFailure: true, AllowWarning: true } => StateType.SUCCESS,
        { AllowFailure: true } => StateType.WARNING,
        _ => StateType.FAILED,
    };

    /// <summary>A question that touches the outside: it leaves with the decision and comes back as a command.</summary>
    private void Ask(RunNode node, string question, Func<CancellationToken, object?> run)
    {
        node.Waiting = question;
        state.OpenJobs++;
        Do(new Effect.Evaluate($"{question}:{node.Id}", node.Run, run));
    }

    /// <summary>Asks and answers at once, because nothing outside is touched.</summary>
    /// <param name="fail">Takes the message of a failure; without it the run fails.</param>
    private void Answer(RunNode node, Func<object?> evaluate, Action<object?> take, Action<string>? fail = null)
    {
        object? value;
        try
        {
            value = evaluate();
        }
        catch (Exception error)
        {
            if (fail is not null)
            {
                fail(error.Message);
            }
            else
            {
                FailRun(node, error.Message);
            }

            return;
        }

        take(value);
    }

    private Func<object?, object?> Renderer(IReadOnlyDictionary<string, object?> variables, CancellationToken cancellation) =>
        value => Environment.Expressions.RenderValue(value, Scope(variables, cancellation), recursive: false);

    private Func<string, string?> TextRenderer(IReadOnlyDictionary<string, object?> variables, CancellationToken cancellation) =>
        text => Environment.Expressions.Render(text, Scope(variables, cancellation));

    private static List<TaskRunAttempt> Append(RunNode node, TaskRunAttempt attempt) => [.. node.Run.Attempts ?? [], attempt];

    private List<TaskRunAttempt> CloseLast(IReadOnlyList<TaskRunAttempt> attempts, StateType to)
    {
        var closed = attempts.ToList();
        closed[^1] = closed[^1] with { State = closed[^1].State.With(to, now) };
        return closed;
    }
}
