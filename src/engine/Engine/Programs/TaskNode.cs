using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine;

/// <summary>Where a task stands in its flow or in its flowable task.</summary>
public enum TaskBranch { Tasks, Errors, Finally, AfterExecution, OnPause }

/// <summary>How the engine treats a task.</summary>
public enum TaskRoute { Worker, Flowable, Pause, Executable, Updating }

/// <summary>A task of a compiled flow.</summary>
public sealed class TaskNode
{
    public required TaskDefinition Definition { get; init; }
    public required ITask Plugin { get; init; }
    public required TaskRoute Route { get; init; }
    public required TaskBranch Branch { get; init; }

    /// <summary>The flowable task around it; null at the top of the flow.</summary>
    public TaskNode? Parent { get; init; }

    /// <summary>0-based place within the list it was declared in.</summary>
    public int Position { get; init; }

    /// <summary>Null when the task always runs.</summary>
    public Template? RunIf { get; init; }

    /// <summary>The worker group whose workers run it; null is that of workers without a group.</summary>
    public Template? WorkerGroup { get; init; }

    /// <summary>The retry that applies: its own, else the nearest around it, else the flow's.</summary>
    public RetryDefinition? Retry { get; init; }

    /// <summary>Tasks to run after a failure below this one; disabled ones left out.</summary>
    public IReadOnlyList<TaskNode> Errors { get; set; } = [];
    public IReadOnlyList<TaskNode> Finally { get; set; } = [];

    /// <summary>The task to start when a pause begins.</summary>
    public TaskNode? OnPause { get; set; }

    /// <summary>All expressions that the engine itself renders for this task touch nothing outside.</summary>
    public bool IsPure { get; init; } = true;

    public string Id => Definition.Id;

    public bool IsWorkingDirectory => Plugin is IWorkingDirectoryTask;
}
