using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Condition;

/// <summary>None of some conditions holds.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.Not",
    Aliases = ["io.kestra.core.models.conditions.types.NotCondition", "io.kestra.plugin.core.condition.NotCondition"],
    Title = "Condition to exclude other conditions.")]
public sealed class Not : IScheduleCondition
{
    [PluginProperty(Required = true, NotEmpty = true)]
    public IReadOnlyList<ICondition> Conditions { get; init; } = [];

    public bool Holds(IConditionContext context) => !Conditions.Any(condition => condition.Holds(context));
}

/// <summary>At least one of some conditions holds.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.Or",
    Aliases = ["io.kestra.core.models.conditions.types.OrCondition", "io.kestra.plugin.core.condition.OrCondition"],
    Title = "Condition to have at least one condition validated.")]
public sealed class Or : IScheduleCondition
{
    [PluginProperty(Required = true, NotEmpty = true)]
    public IReadOnlyList<ICondition> Conditions { get; init; } = [];

    public bool Holds(IConditionContext context) => Conditions.Any(condition => condition.Holds(context));
}

/// <summary>Several executions meet conditions within a window of time.</summary>
[Plugin("io.kestra.plugin.core.condition.MultipleCondition", Aliases = ["io.kestra.core.models.conditions.types.MultipleCondition"], Title = "Run a flow if the list of preconditions is met in a time window.", Deprecated = true)]
public sealed class MultipleCondition : IMultipleCondition
{
    [PluginProperty(Required = true, Pattern = "^[a-zA-Z0-9][a-zA-Z0-9_-]*")]
    public string Id { get; init; } = "";

    [PluginProperty(Required = true, NotEmpty = true)]
    public IReadOnlyDictionary<string, ICondition> Conditions { get; init; } = new OrderedDictionary<string, ICondition>();

    [PluginProperty(DocumentedDefault = """{"type":"DURATION_WINDOW"}""")]
    public TimeWindow TimeWindow { get; init; } = new();

    public bool ResetOnSuccess { get; init; } = true;

    /// <summary>The older place of <c>timeWindow.window</c>.</summary>
    [PluginProperty(Deprecated = true)]
    public Duration? Window { get; init; }

    /// <summary>The older place of <c>timeWindow.windowAdvance</c>.</summary>
    [PluginProperty(Deprecated = true)]
    public Duration? WindowAdvance { get; init; }

    IReadOnlyDictionary<string, ICondition> IMultipleCondition.Parts => Conditions;

    TimeWindow IMultipleCondition.Window => Window is null && WindowAdvance is null ? TimeWindow : new TimeWindow { Type = TimeWindowType.DURATION_WINDOW, Window = Window, WindowAdvance = WindowAdvance };

    public bool Holds(IConditionContext context) => Conditions.Values.All(condition => condition.Holds(context));
}
