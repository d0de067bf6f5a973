using Kestra.Engine.Tests.Simulation;
using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Reference;

/// <summary>What has to come out for one task run.</summary>
/// <param name="IsCertain">False when it depends on the order of results whether the run exists at all.</param>
internal sealed record Expected(StateType State, int? Attempts, bool IsCertain);

/// <summary>
/// Says what an execution of a flow comes to when nobody intervenes, by plain recursion over the generated plan. It shares nothing with
/// the engine but the words for states.
/// </summary>
/// <param name="number">Of the attempt, as the execution's metadata has it when it begins.</param>
internal sealed class Interpreter(Outcomes outcomes, int number = 1)
{
    private readonly Dictionary<string, Expected> runs = new(StringComparer.Ordinal);
    private bool certain = true;
    private bool isBehindTheEnd;
    private int pauses;

    /// <summary>By task id and values.</summary>
    public IReadOnlyDictionary<string, Expected> Runs => runs;

    /// <summary>False when it depends on the order of results, or on time, how the execution ends; then only the certain runs are known.</summary>
    public bool IsEndCertain { get; private set; } = true;

    /// <summary>Number of the attempt when the execution has ended: each pause that ends counts one up.</summary>
    public int Number => number + pauses;

    public static string Key(string taskId, string values) => $"{taskId}[{values}]";

    /// <summary>Interprets an execution and those that replace it, the first one first; the last one is not RETRIED, unless an end is uncertain.</summary>
    public static IEnumerable<(Interpreter Reference, StateType State)> Chain(Outcomes outcomes, FlowPlan flow)
    {
        for (var first = 1; ;)
        {
            var reference = new Interpreter(outcomes, first);
            var state = reference.Flow(flow);
            yield return (reference, state);
            if (state != StateType.RETRIED || !reference.IsEndCertain)
            {
                yield break;
            }

            first = reference.Number + 1;
        }
    }

    /// <summary>The state in which the execution ends.</summary>
    public StateType Flow(FlowPlan flow)
    {
        var scope = new Surroundings("", new Trying(flow.MaxAttempts, false, flow.RetriesByNewExecution));
        var state = flow.Sla is { Assertion: "false", Decrees: { } decreed } ? decreed : TasksOf(flow, scope);
        if (state != StateType.RETRIED)
        {
            isBehindTheEnd = true;
            All(flow.AfterExecution, scope);
        }

        return state;
    }

    private StateType TasksOf(FlowPlan flow, Surroundings scope)
    {
        try
        {
            return Branches(flow.Errors, flow.Finally, scope, Sequence(flow.Tasks, scope));
        }
        catch (AbruptEnd end)
        {
            return end.State;
        }
    }

    private StateType Sequence(IEnumerable<TaskPlan> tasks, Surroundings scope)
    {
        var worst = StateType.SUCCESS;
        foreach (var task in tasks.Where(task => !task.Disabled))
        {
            worst = Worse(worst, Run(task, scope));
            if (Stops(worst))
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

    private StateType Beside(IReadOnlyList<Func<StateType>> branches)
    {
        if (branches.Count == 1)
        {
            return branches[0]();
        }

        var ended = branches.Select(Try).ToList();
        var ends = ended.Where(branch => branch.End is not null).ToList();
        var worst = ended.Aggregate(StateType.SUCCESS, (worst, branch) => Worse(worst, branch.State));
        if (!IsEndCertain)
        {
            // One of them may end the execution over the others.
            Uncertainly(branches);
            return worst;
        }

        if (ends.Count == 0)
        {
            return Stops(worst) ? Stopped(branches, ended, worst) : worst;
        }

        // What an end meets beside it depends on the order; that it comes does not, as long as nothing else stops its branch before.
        if (ends.Count == 1 && !Stops(worst) && (ends[0].End!.State != StateType.RETRIED || ended.Sum(branch => branch.Pauses) == ends[0].Pauses))
        {
            var others = branches.Where((_, index) => ended[index].End is null).ToList();
            Uncertainly(others);
            if (certain && IsEndCertain)
            {
                throw ends[0].End!;
            }
        }

        IsEndCertain = false;
        Uncertainly(branches);
        return worst;
    }

    // Of parallel branches of which one fails, it depends on the order which of the others were begun.
    private StateType Stopped(IReadOnlyList<Func<StateType>> branches, List<Branch> ended, StateType worst)
    {
        Uncertainly(branches);

        // One that was killed keeps errors from running, if it was begun at all.
        IsEndCertain &= worst != StateType.KILLED || ended.TrueForAll(static branch => branch.State != StateType.FAILED);
        return worst;
    }

    private void Uncertainly(IReadOnlyList<Func<StateType>> branches)
    {
        var outer = certain;
        certain = false;
        foreach (var branch in branches)
        {
            _ = Try(branch);
        }

        certain = outer;
    }

    private Branch Try(Func<StateType> branch)
    {
        var before = pauses;
        try
        {
            return new Branch(branch(), null, pauses - before);
        }
        catch (AbruptEnd end)
        {
            return new Branch(StateType.SUCCESS, end, pauses - before);
        }
    }

    private StateType Run(TaskPlan task, Surroundings scope)
    {
        if (task.Skipped)
        {
            Note(task, scope, StateType.SKIPPED, 1);
            return StateType.SUCCESS;
        }

        try
        {
            var (state, attempts) = Outcome(task, task.MaxAttempts is { } most ? scope with { Trying = new Trying(most, task.WarningOnRetry, task.RetriesByNewExecution) } : scope);
            state = Allowed(state, task);
            Note(task, scope, state, attempts);
            return state;
        }
        catch (AbruptEnd end)
        {
            Note(task, scope, end.State, task.Kind == TaskKind.Loop ? null : 1);
            throw;
        }
    }

    private (StateType State, int? Attempts) Outcome(TaskPlan task, Surroundings scope)
    {
        switch (task.Kind)
        {
            case TaskKind.Work:
                return Work(task.Id, scope);
            case TaskKind.Variables:
                return (StateType.SUCCESS, 1);
            case TaskKind.Exit:
                return (Exit(task), 1);
            case TaskKind.Pause:
                pauses++;
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
        if (scope.Trying.ByNewExecution)
        {
            return AfterFailure(outcomes.Of(taskId, scope.Values, 0), scope);
        }

        for (var attempt = 0; ; attempt++)
        {
            var state = outcomes.Of(taskId, scope.Values, attempt);
            if (state != StateType.FAILED || attempt + 1 >= (scope.Trying.MaxAttempts ?? 1))
            {
                return (state == StateType.SUCCESS && attempt > 0 && scope.Trying.Warns ? StateType.WARNING : state, attempt + 1);
            }
        }
    }

    /// <summary>A task that comes to the same with each attempt.</summary>
    private (StateType, int?) AfterFailure(StateType state, Surroundings scope)
    {
        if (state != StateType.FAILED)
        {
            return (state, 1);
        }

        if (!scope.Trying.ByNewExecution)
        {
            return (state, scope.Trying.MaxAttempts ?? 1);
        }

        // What runs after the end replaces nothing.
        if (!isBehindTheEnd && Number < scope.Trying.MaxAttempts)
        {
            End(StateType.RETRIED);
        }

        return (state, 1);
    }

    private StateType Exit(TaskPlan task)
    {
        if (!isBehindTheEnd)
        {
            End(task.ExitState == "CANCELED" ? StateType.CANCELLED : Enum.Parse<StateType>(task.ExitState));
        }

        return StateType.SUCCESS;
    }

    // Where it depends on the order whether the task runs at all, so it does how the execution ends.
    private void End(StateType state)
    {
        if (certain && IsEndCertain)
        {
            throw new AbruptEnd(state);
        }

        IsEndCertain = false;
    }

    private static StateType AfterPause(TaskPlan task) => task.PauseBehavior switch { "WARN" => StateType.WARNING, "FAIL" => StateType.FAILED, _ => StateType.SUCCESS };

    // The worker runs the children; the directory as a whole is tried again, and its children with it.
    private (StateType, int?) Directory(TaskPlan task, Surroundings scope)
    {
        var (state, attempts) = AfterFailure(Sequence(task.Tasks, scope with { Trying = Trying.Once }), scope);
        return (Branches(task.Errors, task.Finally, scope, state), attempts);
    }

    private (StateType, int?) Subflow(TaskPlan task, Surroundings scope) =>
        task.Wait ? AfterFailure(Transmitted(task), scope) : (StateType.SUCCESS, 1);

    // Every part runs the same flow, so all come to the same.
    private (StateType, int?) Items(TaskPlan task, Surroundings scope) =>
        task.Parts > 0 && task.Wait ? AfterFailure(Transmitted(task), scope) : (StateType.SUCCESS, 1);

    private StateType Transmitted(TaskPlan task)
    {
        if (!task.TransmitFailed)
        {
            return StateType.SUCCESS;
        }

        var (child, state) = Chain(outcomes, task.Child!).Last();
        if (!child.IsEndCertain || task.Child!.Sla is { IsOfTheMoment: true })
        {
            // Everything that follows depends on it.
            IsEndCertain = false;
        }

        return state is StateType.FAILED or StateType.KILLED or StateType.WARNING ? state : StateType.SUCCESS;
    }

    private StateType Flowable(TaskPlan task, Surroundings scope)
    {
        var before = pauses;
        var state = task.Kind switch
        {
            TaskKind.Parallel or TaskKind.Dag => Beside([.. Enabled(task).Select(child => (Func<StateType>)(() => Run(child, scope)))]),
            TaskKind.ForEach when task.Concurrency != 1 => Beside([.. ValuesOf(task).Select(value => (Func<StateType>)(() => Sequence(task.Tasks, scope.For(value))))]),
            TaskKind.ForEach or TaskKind.EachSequential => OneAfterTheOther(task, scope),
            TaskKind.EachParallel => Beside([.. ValuesOf(task).SelectMany(value => Enabled(task).Select(child => (Func<StateType>)(() => Run(child, scope.For(value)))))]),
            _ => Sequence(task.Tasks, scope),
        };
        if (task.Kind == TaskKind.Loop && !Stops(state))
        {
            // Each iteration comes to the same.
            pauses += (pauses - before) * (task.Iterations - 1);
            if (task.FailsAtMaximum)
            {
                All(task.Finally, scope);
                return StateType.FAILED;
            }
        }

        return Branches(task.Errors, task.Finally, scope, state);
    }

    private StateType OneAfterTheOther(TaskPlan task, Surroundings scope)
    {
        var worst = StateType.SUCCESS;
        foreach (var value in ValuesOf(task))
        {
            worst = Worse(worst, Sequence(task.Tasks, scope.For(value)));
            if (Stops(worst))
            {
                break;
            }
        }

        return worst;
    }

    private StateType Branches(IReadOnlyList<TaskPlan> errors, IReadOnlyList<TaskPlan> last, Surroundings scope, StateType state)
    {
        if (state == StateType.FAILED)
        {
            All(errors, scope);
        }

        if (state != StateType.KILLED)
        {
            All(last, scope);
        }

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

    private static bool Stops(StateType state) => state is StateType.FAILED or StateType.KILLED;

    private static StateType Worse(StateType one, StateType other)
    {
        StateType[] order = [StateType.KILLED, StateType.FAILED, StateType.WARNING];
        return order.FirstOrDefault(state => one == state || other == state, StateType.SUCCESS);
    }

    private void Note(TaskPlan task, Surroundings scope, StateType state, int? attempts) => runs[Key(task.Id, scope.Values)] = new Expected(state, attempts, certain && IsEndCertain);

    /// <summary>How one branch of several came to its end.</summary>
    /// <param name="End">It has ended the execution.</param>
    private sealed record Branch(StateType State, AbruptEnd? End, int Pauses);

    /// <summary>What a task finds around itself.</summary>
    private sealed record Surroundings(string Values, Trying Trying)
    {
        public Surroundings For(string value) => this with { Values = Values.Length == 0 ? value : $"{Values}/{value}" };
    }

    /// <summary>What is done about a failure.</summary>
    private sealed record Trying(int? MaxAttempts, bool Warns, bool ByNewExecution)
    {
        public static readonly Trying Once = new(null, false, false);
    }
}
