using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Holds the execution until somebody resumes it, or its time is over.</summary>
[PluginOutput("onResume", typeof(IReadOnlyDictionary<string, object?>), Title = "Inputs that were passed to the Execution when the Execution was resumed.")]
[PluginOutput("resumed", typeof(IReadOnlyDictionary<string, object?>), Title = "When and by whom the Execution was resumed.")]
[Plugin("io.kestra.plugin.core.flow.Pause", Aliases = ["io.kestra.core.tasks.flows.Pause"], Title = "Pause the current execution and wait for approval (either by humans or other automated processes).")]
public sealed class Pause : IPauseTask
{
    /// <summary>How long the pause lasts unless somebody ends it.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(Duration))]
    public string? PauseDuration { get; init; }

    /// <summary>The older name of <see cref="PauseDuration"/>, which goes before it.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(Duration), Deprecated = true)]
    public string? Delay { get; init; }

    string? IPauseTask.PauseDuration => PauseDuration ?? Delay;

    [PluginProperty(Dynamic = true, Shape = typeof(PauseBehavior))]
    public object Behavior { get; init; } = nameof(PauseBehavior.RESUME);

    string IPauseTask.Behavior => $"{Behavior}";

    public IReadOnlyList<InputDefinition>? OnResume { get; init; }

    public TaskDefinition? OnPause { get; init; }

    [PluginProperty(Deprecated = true)]
    public IReadOnlyList<TaskDefinition>? Tasks { get; init; }

    public IReadOnlyList<TaskDefinition>? Errors { get; init; }

    public IReadOnlyList<TaskDefinition>? Finally { get; init; }
}
