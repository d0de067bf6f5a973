using Kestra.Engine.Tests.Simulation;
using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Reference;

/// <summary>What has to come out for one task run.</summary>
/// <param name="IsCertain">False when it depends on the order of results whether the run exists at all.</param>
internal sealed record Expected(StateType State, int? Attempts, bool IsCertain);

/// <summary>
/// Says what a flow comes to when nobody intervenes, by plain recursion over the generated plan. It shares nothing with the
/// engine but the words for states.
/// </summary>
internal sealed class Interpreter(Outcomes outcomes)
{
    private readonly Dictionary<string, Expected> runs = new(StringComparer.Ordinal);
    private bool certain = true;

    /// <summary>By task id and values.</summary>
    public IReadOnlyDictionary<string, Expected> Runs => runs;

    public static string Key(string taskId, string values) => $"{taskId}[{values}]";

    /// <summary>The state in which the execution ends.</summary>
    public StateType Flow(FlowPlan flow)
    {
        var scope = new Surroundings("", flow.MaxAttempts, false);
        var state = Sequence(flow.Tasks, scope);
        if (state == StateType.FAILED)
        {
            All(flow.Errors, scope);
        }

        All(flow.Finally, scope);
        All(flow.AfterExecution, scope);
        return state;
    }

    private StateType Sequence(IEnumerable<TaskPlan> tasks, Surroundings scope)
    {
        var worst = StateType.SUCCESS;
        foreach (var task in tasks.Where(task => !task.Disabled))
        {
            worst = Worse(worst, Run(task, scope));
            if (worst == StateType.FAILED)
            {
                break;
            }
        }

        return worst;
    }

    private void All(IEnumerable<TaskPlan> tasks, Surroundings scope)
    {
        foreach (var task in tasks.Where(task => !task.Disabled))
        {
            Run(task, scope);
        }
    }

    // Of parallel branches of which one fails, it depends on the order which of the others were begun.
    private StateType Beside(IReadOnlyList<Func<StateType>> branches)
    {
        var outer = certain;
        var worst = Try(branches);
        if (worst == StateType.FAILED && branches.Count > 1)
        {
            certain = false;
            _ = Try(branches);
        }

        certain = outer;
        return worst;
    }

    private static StateType Try(IReadOnlyList<Func<StateType>> branches) => branches.Aggregate(StateType.SUCCESS, (worst, branch) => Worse(worst, branch()));

    private StateType Run(TaskPlan task, Surroundings scope)
    {
        if (task.Skipped)
        {
            Note(task, scope, StateType.SKIPPED, 1);
            return StateType.SUCCESS;
        }

        var (state, attempts) = Outcome(task, scope with { MaxAttempts = task.MaxAttempts ?? scope.MaxAttempts, WarnsOnRetry = task.MaxAttempts is null ? scope.WarnsOnRetry : task.WarningOnRetry });
        state = Allowed(state, task);
        Note(task, scope, state, attempts);
        return state;
    }

    private (StateType State, int? Attempts) Outcome(TaskPlan task, Surroundings scope)
    {
        switch (task.Kind)
        {
            case TaskKind.Work:
                return Work(task.Id, scope);
            case TaskKind.Variables:
                return (StateType.SUCCESS, 1);
            case TaskKind.Pause:
                return (task.PauseEnds ? AfterPause(task) : StateType.SUCCESS, 1);
            case TaskKind.Directory:
                return Directory(task, scope);
            case TaskKind.Subflow:
                return Subflow(task, scope);
            case TaskKind.Batch when task.Child is not null:
                return Items(task, scope);
            default:
                return (Flowable(task, scope), task.Kind == TaskKind.Loop ? null : 1);
        }
    }

    private (StateType, int?) Work(string taskId, Surroundings scope)
    {
        for (var attempt = 0; ; attempt++)
        {
            var state = outcomes.Of(taskId, scope.Values, attempt);
            if (state != StateType.FAILED || attempt + 1 >= (scope.MaxAttempts ?? 1))
            {
                return (state == StateType.SUCCESS && attempt > 0 && scope.WarnsOnRetry ? StateType.WARNING : state, attempt + 1);
            }
        }
    }

    private static StateType AfterPause(TaskPlan task) => task.PauseBehavior switch { "WARN" => StateType.WARNING, "FAIL" => StateType.FAILED, _ => StateType.SUCCESS };

    // The worker runs the children; the directory as a whole is tried again, and its children with it.
    private (StateType, int?) Directory(TaskPlan task, Surroundings scope)
    {
        var state = Sequence(task.Tasks, scope with { MaxAttempts = null });
        var attempts = state == StateType.FAILED ? scope.MaxAttempts ?? 1 : 1;
        return (Branches(task, scope, state), attempts);
    }

    private (StateType, int?) Subflow(TaskPlan task, Surroundings scope)
    {
        if (!task.Wait)
        {
            return (StateType.SUCCESS, 1);
        }

        var child = new Interpreter(outcomes).Flow(task.Child!);
        var state = task.TransmitFailed ? child : StateType.SUCCESS;
        return (state, state == StateType.FAILED ? scope.MaxAttempts ?? 1 : 1);
    }

    // Every part runs the same flow, so all come to the same.
    private (StateType, int?) Items(TaskPlan task, Surroundings scope)
    {
        var state = task.Parts == 0 || !task.Wait || !task.TransmitFailed ? StateType.SUCCESS : new Interpreter(outcomes).Flow(task.Child!);
        return (state, state == StateType.FAILED ? scope.MaxAttempts ?? 1 : 1);
    }

    private StateType Flowable(TaskPlan task, Surroundings scope)
    {
        var state = task.Kind switch
        {
            TaskKind.Parallel or TaskKind.Dag => Beside([.. Enabled(task).Select(child => (Func<StateType>)(() => Run(child, scope)))]),
            TaskKind.ForEach when task.Concurrency != 1 => Beside([.. ValuesOf(task).Select(value => (Func<StateType>)(() => Sequence(task.Tasks, scope.For(value))))]),
            TaskKind.ForEach or TaskKind.EachSequential => OneAfterTheOther(task, scope),
            TaskKind.EachParallel => Beside([.. ValuesOf(task).SelectMany(value => Enabled(task).Select(child => (Func<StateType>)(() => Run(child, scope.For(value)))))]),
            _ => Sequence(task.Tasks, scope),
        };
        if (task.Kind == TaskKind.Loop && state != StateType.FAILED && task.FailsAtMaximum)
        {
            All(task.Finally, scope);
            return StateType.FAILED;
        }

        return Branches(task, scope, state);
    }

    private StateType OneAfterTheOther(TaskPlan task, Surroundings scope)
    {
        var worst = StateType.SUCCESS;
        foreach (var value in ValuesOf(task))
        {
            worst = Worse(worst, Sequence(task.Tasks, scope.For(value)));
            if (worst == StateType.FAILED)
            {
                break;
            }
        }

        return worst;
    }

    private StateType Branches(TaskPlan task, Surroundings scope, StateType state)
    {
        if (state == StateType.FAILED)
        {
            All(task.Errors, scope);
        }

        All(task.Finally, scope);
        return state;
    }

    private static IEnumerable<TaskPlan> Enabled(TaskPlan task) => task.Tasks.Where(child => !child.Disabled);

    private static IEnumerable<string> ValuesOf(TaskPlan task) => Enabled(task).Any() ? task.Values : [];

    private static StateType Allowed(StateType state, TaskPlan task)
    {
        if (state == StateType.FAILED && task.AllowFailure)
        {
            state = StateType.WARNING;
        }

        // A task made for failures makes a warning of one, whatever it says of warnings.
        return state == StateType.WARNING && task.AllowWarning ? StateType.SUCCESS
            : state == StateType.FAILED && task.Kind == TaskKind.AllowFailure ? StateType.WARNING
            : state;
    }

    private static StateType Worse(StateType one, StateType other) =>
        one == StateType.FAILED || other == StateType.FAILED ? StateType.FAILED
        : one == StateType.WARNING || other == StateType.WARNING ? StateType.WARNING
        : StateType.SUCCESS;

    private void Note(TaskPlan task, Surroundings scope, StateType state, int? attempts) => runs[Key(task.Id, scope.Values)] = new Expected(state, attempts, certain);

    /// <summary>What a task finds around itself.</summary>
    private sealed record Surroundings(string Values, int? MaxAttempts, bool WarnsOnRetry)
    {
        public Surroundings For(string value) => this with { Values = Values.Length == 0 ? value : $"{Values}/{value}" };
    }
}
