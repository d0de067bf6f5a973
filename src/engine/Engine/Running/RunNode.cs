using Kestra.Model.Executions;

namespace Kestra.Engine.Running;

/// <summary>A task run in memory, with its place among the others.</summary>
internal sealed class RunNode(TaskRun run, RunNode? parent, TaskNode? task)
{
    public TaskRun Run { get; set; } = run;

    /// <summary>The run of the flowable task around it.</summary>
    public RunNode? Parent { get; } = parent;

    /// <summary>The runs directly below, in the order of their creation.</summary>
    public List<RunNode> Children { get; } = [];

    /// <summary>Null for a run whose task the flow revision does not have (one made by a plugin at run time).</summary>
    public TaskNode? Task { get; } = task;

    /// <summary>The scope of its children while it is running as a flowable task.</summary>
    public Scope? Scope { get; set; }

    /// <summary>The scope in which it was started; null for a run that no scope counts (onPause, dynamic runs).</summary>
    public Scope? Owner { get; set; }

    /// <summary>Index of its chain within <see cref="Owner"/>.</summary>
    public int Chain { get; set; }

    /// <summary>The attempt of this number has been sent to a worker and is not back yet.</summary>
    public int? Sent { get; set; }

    /// <summary>The executions of a task that starts many; null for all others, and when it is not underway.</summary>
    public SubflowBatch? Batch { get; set; }

    /// <summary>A question to the outside is open about this run; nothing else happens to it until it is answered.</summary>
    public string? Waiting { get; set; }

    /// <summary>Of its document, as <see cref="DocumentSize"/> last measured it.</summary>
    public long Bytes { get; set; }

    public string Id => Run.Id;

    /// <summary>It belongs to a WorkingDirectory, whose worker alone moves it.</summary>
    public bool IsInDirectory => Parent?.Task?.IsWorkingDirectory == true && Task?.Branch == TaskBranch.Tasks;

    public StateType State => Run.State.Current;

    public bool IsTerminated => Run.State.Current.IsTerminated;

    public int AttemptCount => Run.Attempts?.Count ?? 0;

    /// <summary>Number of the attempt that is running or would come next.</summary>
    public int CurrentAttempt => Run.Attempts is { Count: > 0 } attempts && !attempts[^1].State.Current.IsTerminated ? attempts.Count - 1 : AttemptCount;
}
