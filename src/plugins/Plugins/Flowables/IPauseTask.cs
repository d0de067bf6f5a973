using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Flowables;

/// <summary>What a pause does when its time is over.</summary>
public enum PauseBehavior { RESUME, WARN, CANCEL, FAIL }

/// <summary>A task that holds the execution until somebody, or its time, goes on.</summary>
public interface IPauseTask : ITask
{
    /// <summary>Expression of the duration after which <see cref="Behavior"/> is done; null waits for somebody.</summary>
    string? PauseDuration { get; }

    /// <summary>What is done after <see cref="PauseDuration"/>: the name of a <see cref="PauseBehavior"/>, or an expression that gives one.</summary>
    string Behavior { get; }

    /// <summary>Inputs that a resume brings.</summary>
    IReadOnlyList<InputDefinition>? OnResume { get; }

    /// <summary>Started when the pause begins.</summary>
    TaskDefinition? OnPause { get; }

    /// <summary>Deprecated: run after the resume, below the pause.</summary>
    IReadOnlyList<TaskDefinition>? Tasks { get; }
    IReadOnlyList<TaskDefinition>? Errors { get; }
    IReadOnlyList<TaskDefinition>? Finally { get; }
}
