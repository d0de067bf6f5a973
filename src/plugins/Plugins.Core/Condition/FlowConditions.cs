using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The flow is a given one.</summary>
[Plugin("io.kestra.plugin.core.condition.FlowCondition", Aliases = ["io.kestra.core.models.conditions.types.FlowCondition"], Title = "Condition for a specific flow.", Deprecated = true)]
public sealed class FlowCondition : ICondition
{
    [PluginProperty(Required = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(Required = true)]
    public string FlowId { get; init; } = "";

    public bool Holds(IConditionContext context) => context.Flow.Namespace == Namespace && context.Flow.Id == FlowId;
}

/// <summary>The flow's namespace is a given one, or begins like it.</summary>
[Plugin("io.kestra.plugin.core.condition.FlowNamespaceCondition", Aliases = ["io.kestra.core.models.conditions.types.FlowNamespaceCondition"], Title = "Condition for a specific namespace.", Deprecated = true)]
public sealed class FlowNamespaceCondition : ICondition
{
    [PluginProperty(Required = true)]
    public string Namespace { get; init; } = "";

    public bool Prefix { get; init; }

    public bool Holds(IConditionContext context) => Prefix ? context.Flow.Namespace.StartsWith(Namespace, StringComparison.Ordinal) : context.Flow.Namespace == Namespace;
}
