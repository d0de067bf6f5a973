using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Holds the execution until somebody resumes it, or its time is over.</summary>
[Plugin("io.kestra.plugin.core.flow.Pause", Aliases = ["io.kestra.core.tasks.flows.Pause"], Title = "Pause the current execution and wait for approval (either by humans or other automated processes).")]
public sealed class Pause : IPauseTask
{
    [PluginProperty(Aliases = ["delay"])]
    public string? PauseDuration { get; init; }

    public PauseBehavior Behavior { get; init; } = PauseBehavior.RESUME;

    public IReadOnlyList<InputDefinition>? OnResume { get; init; }

    public TaskDefinition? OnPause { get; init; }

    [PluginProperty(Deprecated = true)]
    public IReadOnlyList<TaskDefinition>? Tasks { get; init; }

    public IReadOnlyList<TaskDefinition>? Errors { get; init; }

    public IReadOnlyList<TaskDefinition>? Finally { get; init; }
}
