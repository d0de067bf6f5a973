using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>What a generated task does; the simulated worker, the reference and the flow are all made from it.</summary>
public enum TaskKind { Work, Sequential, AllowFailure, Parallel, Dag, If, Switch, ForEach, EachSequential, EachParallel, Loop, Pause, Directory, Subflow, Variables, Batch, Exit }

/// <summary>A generated task.</summary>
internal sealed record TaskPlan(string Id, TaskKind Kind)
{
    /// <summary>Children; of an If and a Switch those of the chosen branch.</summary>
    public IReadOnlyList<TaskPlan> Tasks { get; init; } = [];

    /// <summary>Children of the branch that is not chosen.</summary>
    public IReadOnlyList<TaskPlan> Others { get; init; } = [];
    public IReadOnlyList<TaskPlan> Errors { get; init; } = [];
    public IReadOnlyList<TaskPlan> Finally { get; init; } = [];
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>0 is no limit.</summary>
    public int Concurrency { get; init; } = 1;
    public int Iterations { get; init; } = 1;
    public bool FailsAtMaximum { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<string>> DependsOn { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
    public string PauseBehavior { get; init; } = "RESUME";

    /// <summary>The pause ends by itself.</summary>
    public bool PauseEnds { get; init; } = true;
    public bool TransmitFailed { get; init; } = true;
    public bool Wait { get; init; } = true;
    public FlowPlan? Child { get; init; }

    /// <summary>Parts that a batch is split into, one execution for each.</summary>
    public int Parts { get; init; }

    /// <summary>Started when the pause begins.</summary>
    public TaskPlan? OnPause { get; init; }
    public string ExitState { get; init; } = "SUCCESS";

    /// <summary>The retry replaces the execution instead of trying the task again.</summary>
    public bool RetriesByNewExecution { get; init; }
    public int? MaxAttempts { get; init; }
    public bool WarningOnRetry { get; init; }
    public bool AllowFailure { get; init; }
    public bool AllowWarning { get; init; }
    public bool Disabled { get; init; }
    public bool Skipped { get; init; }

    /// <summary>The engine asks the outside before it decides: the answer comes back as a command.</summary>
    public bool AsksOutside { get; init; }

    /// <summary>Every task below, at any depth, this one first.</summary>
    public IEnumerable<TaskPlan> All() => Tasks.Concat(Others).Concat(Errors).Concat(Finally).Concat(OnPause is null ? [] : [OnPause]).SelectMany(task => task.All()).Prepend(this);
}

/// <summary>A generated flow.</summary>
internal sealed record FlowPlan(string Id, IReadOnlyList<TaskPlan> Tasks)
{
    public IReadOnlyList<TaskPlan> Errors { get; init; } = [];
    public IReadOnlyList<TaskPlan> Finally { get; init; } = [];
    public IReadOnlyList<TaskPlan> AfterExecution { get; init; } = [];
    public int? MaxAttempts { get; init; }
    public bool RetriesByNewExecution { get; init; }
    public SlaPlan? Sla { get; init; }

    /// <summary>Executions at once; null is no limit.</summary>
    public int? Limit { get; init; }

    public IEnumerable<TaskPlan> All() => Tasks.Concat(Errors).Concat(Finally).Concat(AfterExecution).SelectMany(task => task.All());

    public IEnumerable<FlowPlan> Flows() => All().Where(task => task.Child is not null).SelectMany(task => task.Child!.Flows()).Prepend(this);
}

/// <summary>A generated service level agreement.</summary>
/// <param name="Assertion">Null limits the duration to a few virtual seconds.</param>
internal sealed record SlaPlan(string? Assertion, string Behavior)
{
    /// <summary>The label that a violation leaves behind.</summary>
    public const string Label = "violated";

    /// <summary>The state in which a violation ends the execution; null when it only tells.</summary>
    public StateType? Decrees => Behavior switch { "FAIL" => StateType.FAILED, "CANCEL" => StateType.CANCELLED, _ => null };

    /// <summary>Whether the execution has ended before it is found violated depends on the order of things.</summary>
    public bool IsOfTheMoment => Decrees is not null && Assertion is null or "{{ kv('no') }}";

    /// <summary>Whether it is found violated; null when that depends on the order of things.</summary>
    public bool? IsViolated => Assertion switch { "false" => true, null or "{{ kv('no') }}" => null, _ => false };
}

/// <summary>What generated flows may hold.</summary>
public enum FlowFeatures
{
    /// <summary>Flowables, branches, retries, pauses, loops, subflows.</summary>
    Plain,

    /// <summary>Also what does not change how an undisturbed flow ends: batches of subflows, tasks of pauses, SLAs that only tell.</summary>
    More,

    /// <summary>Also what ends executions: Exit, SLAs that act, retries by new executions.</summary>
    All,
}
