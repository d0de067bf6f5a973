using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Flowables;

/// <summary>
/// A task that runs other tasks. It says which, for which values and how many at once; the engine starts them, counts them
/// and folds their states, so that a step costs the same however many children there are.
/// </summary>
public interface IFlowableTask : ITask
{
    /// <summary>Every task that may ever run below this one, without those of <see cref="Errors"/> and <see cref="Finally"/>.</summary>
    IEnumerable<TaskDefinition> Children { get; }

    /// <summary>Run in order after a child has failed.</summary>
    IReadOnlyList<TaskDefinition>? Errors { get; }

    /// <summary>Run in order at the end, whatever happened.</summary>
    IReadOnlyList<TaskDefinition>? Finally { get; }

    /// <summary>The expressions that <see cref="Plan"/> renders. When one of them touches the outside, the plan is made off the engine's loop.</summary>
    IEnumerable<string> PlanExpressions { get; }

    /// <summary>Outputs of the task come from <see cref="Plan"/>: when it fails, that is told of the outputs too.</summary>
    bool PlanGivesOutputs => false;

    /// <summary>The tasks of one value run beside each other.</summary>
    bool TasksBeside => false;

    /// <summary>Several values run beside each other.</summary>
    bool ValuesBeside => false;

    /// <summary>With <see cref="TasksBeside"/>: ids of the tasks that come before the key's task.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<string>>? TaskDependencies => null;

    /// <summary>Decides what runs, once for each run of this task.</summary>
    /// <param name="render">Renders one text with the variables of this task run.</param>
    /// <exception cref="Exception">The task run fails with the message.</exception>
    FlowablePlan Plan(Func<string, string?> render);
}

/// <summary>What one run of a flowable task runs.</summary>
public sealed record FlowablePlan
{
    /// <summary>The tasks, disabled ones included; for each value once when there are values.</summary>
    public required IReadOnlyList<TaskDefinition> Tasks { get; init; }

    /// <summary>Distinct texts; null runs the tasks once, without a value.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>Whether the tasks of one value follow each other or stand beside each other.</summary>
    public bool Parallel { get; init; }

    /// <summary>How many chains may run at once; 0 is no limit. A chain is the sequence of tasks for one value, or a task of its own when <see cref="Parallel"/>.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>With <see cref="Parallel"/>: ids of the tasks that have to be terminated before the key's task starts.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Dependencies { get; init; }

    /// <summary>Outputs of the flowable task run itself.</summary>
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }

    /// <summary>Nothing matched that could run: the task run fails (a Switch without the case and without defaults).</summary>
    public bool NothingMatches { get; init; }

    /// <summary>A failure below ends this task run as WARNING.</summary>
    public bool AllowsFailure { get; init; }
}

/// <summary>A flowable task whose children run again until it says that it is enough.</summary>
public interface ILoopingTask : IFlowableTask
{
    /// <summary>Expressions that <see cref="Continue"/> renders.</summary>
    IEnumerable<string> LoopExpressions { get; }

    /// <summary>Decides after an iteration that ended without failure.</summary>
    /// <param name="iterations">Iterations that have run, the one that just ended included; 1 and up.</param>
    /// <param name="elapsed">Since the creation of the task run.</param>
    LoopDecision Continue(Func<string, string?> render, int iterations, NodaTime.Duration elapsed);
}

/// <param name="Again">Run the children once more, after <paramref name="Delay"/>.</param>
/// <param name="Failed">End as FAILED.</param>
/// <param name="Warning">Message for the log, when the end was not what the user hoped for.</param>
public sealed record LoopDecision(bool Again, NodaTime.Duration Delay, bool Failed = false, string? Warning = null);
