using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The execution that a condition looks at.</summary>
internal static class ConditionExecutions
{
    /// <exception cref="InvalidOperationException">There is none, as in a schedule.</exception>
    public static Model.Executions.Execution Of(IConditionContext context) => context.Execution ?? throw new InvalidOperationException("Invalid condition with null execution");

    public static bool Passes(StateType state, IReadOnlyList<StateType>? isIn, IReadOnlyList<StateType>? notIn) =>
        (isIn is null || isIn.Contains(state)) && (notIn is null || !notIn.Contains(state));
}

/// <summary>The execution is one of a given flow.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.ExecutionFlow",
    Aliases = ["io.kestra.core.models.conditions.types.ExecutionFlowCondition", "io.kestra.plugin.core.condition.ExecutionFlowCondition"],
    Title = "Condition for a specific flow of an execution.")]
public sealed class ExecutionFlow : ICondition
{
    [PluginProperty(Required = true)]
    public Property<string>? Namespace { get; init; }

    [PluginProperty(Required = true)]
    public Property<string>? FlowId { get; init; }

    public bool Holds(IConditionContext context)
    {
        var execution = ConditionExecutions.Of(context);
        return execution.Namespace == Namespace.Render(context) && execution.FlowId == FlowId.Render(context);
    }
}

/// <summary>The execution has all of some labels.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.ExecutionLabels",
    Aliases = ["io.kestra.core.models.conditions.types.ExecutionLabelsCondition", "io.kestra.plugin.core.condition.ExecutionLabelsCondition"],
    Title = "Condition to execute tasks based on execution labels.")]
public sealed class ExecutionLabels : ICondition
{
    /// <summary>A map, or a list of keys and values.</summary>
    [PluginProperty(Required = true)]
    public object? Labels { get; init; }

    public bool Holds(IConditionContext context)
    {
        var own = ConditionExecutions.Of(context).Labels ?? [];
        return (LabelValues.Read(Labels) ?? throw new FormatException("`labels` must be a map, or a list of keys and values")).TrueForAll(own.Contains);
    }
}

public enum NamespaceComparison { EQUALS, PREFIX, SUFFIX }

/// <summary>The execution's namespace is a given one, or begins or ends like it.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.ExecutionNamespace",
    Aliases = ["io.kestra.core.models.conditions.types.ExecutionNamespaceCondition", "io.kestra.plugin.core.condition.ExecutionNamespaceCondition"],
    Title = "Condition for a specific namespace of an execution.")]
public sealed class ExecutionNamespace : ICondition
{
    [PluginProperty(Required = true)]
    public Property<string>? Namespace { get; init; }

    public Property<NamespaceComparison?>? Comparison { get; init; }

    /// <summary>The older way to compare beginnings.</summary>
    public Property<bool> Prefix { get; init; } = Property.Of<bool>(false);

    public bool Holds(IConditionContext context)
    {
        var own = ConditionExecutions.Of(context).Namespace;
        var wanted = Namespace.Render(context) ?? "";
        return (Comparison.Render(context) ?? (Prefix.Render(context) ? NamespaceComparison.PREFIX : NamespaceComparison.EQUALS)) switch
        {
            NamespaceComparison.PREFIX => own.StartsWith(wanted, StringComparison.Ordinal),
            NamespaceComparison.SUFFIX => own.EndsWith(wanted, StringComparison.Ordinal),
            _ => own == wanted,
        };
    }
}

/// <summary>An expression over the outputs of the execution gives true.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.ExecutionOutputs",
    Aliases = ["io.kestra.core.models.conditions.types.ExecutionOutputsCondition", "io.kestra.plugin.core.condition.ExecutionOutputsCondition"],
    Title = "Condition based on the outputs of an upstream execution.")]
public sealed class ExecutionOutputs : ICondition
{
    /// <summary>Sees the outputs as <c>trigger.outputs</c>.</summary>
    [PluginProperty(Required = true)]
    public Property<bool>? Expression { get; init; }

    public bool Holds(IConditionContext context)
    {
        if (ConditionExecutions.Of(context).Outputs is not { Count: > 0 } outputs)
        {
            return false;
        }

        var trigger = new OrderedDictionary<string, object?>(context.Variables.GetValueOrDefault("trigger") as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>(), StringComparer.Ordinal) { ["outputs"] = outputs };
        var more = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["trigger"] = trigger };
        return PropertyConversion.To<bool>(Expression!.Raw is string text ? context.Render(text, more) : Expression.Raw);
    }
}

/// <summary>The execution is in one of some states.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.ExecutionStatus",
    Aliases = ["io.kestra.core.models.conditions.types.ExecutionStatusCondition", "io.kestra.plugin.core.condition.ExecutionStatusCondition"],
    Title = "Condition based on execution status.")]
public sealed class ExecutionStatus : ICondition
{
    public Property<IReadOnlyList<StateType>>? In { get; init; }

    public Property<IReadOnlyList<StateType>>? NotIn { get; init; }

    public bool Holds(IConditionContext context) => ConditionExecutions.Passes(ConditionExecutions.Of(context).State.Current, In.Render(context), NotIn.Render(context));
}

/// <summary>A task of the execution was tried more than once, and one of its attempts is in one of some states.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.HasRetryAttempt",
    Aliases = ["io.kestra.core.models.conditions.types.HasRetryAttemptCondition", "io.kestra.plugin.core.condition.HasRetryAttemptCondition"],
    Title = "Condition that matches if any taskRun has a retry attempt.")]
public sealed class HasRetryAttempt : ICondition
{
    public Property<IReadOnlyList<StateType>>? In { get; init; }

    public Property<IReadOnlyList<StateType>>? NotIn { get; init; }

    public bool Holds(IConditionContext context)
    {
        var (isIn, notIn) = (In.Render(context), NotIn.Render(context));
        return (ConditionExecutions.Of(context).TaskRunList ?? [])
            .Where(static run => run.Attempts is { Count: > 1 })
            .SelectMany(static run => run.Attempts!)
            .Any(attempt => ConditionExecutions.Passes(attempt.State.Current, isIn, notIn));
    }
}

/// <summary>An expression gives anything but false or nothing.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.Expression",
    Aliases = ["io.kestra.core.models.conditions.types.VariableCondition", "io.kestra.plugin.core.condition.ExpressionCondition"],
    Title = "Condition based on a variable expression.")]
public sealed class ExpressionCondition : ICondition
{
    [PluginProperty(Required = true)]
    public Property<string>? Expression { get; init; }

    public bool Holds(IConditionContext context) => Expression.Render(context)?.Trim() is not (null or "" or "false");
}
