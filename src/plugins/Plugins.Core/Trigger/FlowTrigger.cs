using System.Text.RegularExpressions;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates an execution when executions of other flows reach some states.</summary>
[Plugin("io.kestra.plugin.core.trigger.Flow", Aliases = ["io.kestra.core.models.triggers.types.Flow"], Title = "Trigger a flow in response to a state change in one or more other flows.")]
[PluginOutput("executionId", typeof(string), Title = "The execution ID that triggered the current flow.")]
[PluginOutput("executionLabels", typeof(IReadOnlyDictionary<string, object?>), Title = "The execution labels that triggered the current flow.")]
[PluginOutput("state", typeof(StateType), Title = "The execution state.")]
[PluginOutput("namespace", typeof(string), Title = "The namespace of the flow that triggered the current flow.")]
[PluginOutput("flowId", typeof(string), Title = "The flow ID whose execution triggered the current flow.")]
[PluginOutput("flowRevision", typeof(int), Title = "The flow revision that triggered the current flow.")]
[PluginOutput("outputs", typeof(IReadOnlyDictionary<string, object?>), Title = "The extracted outputs from the flow that triggered the current flow.")]
public sealed class FlowTrigger : IFlowTrigger
{
    private static readonly IReadOnlyList<StateType> DefaultStates =
        [StateType.SUCCESS, StateType.WARNING, StateType.FAILED, StateType.KILLED, StateType.CANCELLED, StateType.RETRIED, StateType.SKIPPED, StateType.PAUSED];

    public IReadOnlyList<StateType> States { get; init; } = DefaultStates;

    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public Preconditions? Preconditions { get; init; }

    IMultipleCondition? IFlowTrigger.Preconditions => Preconditions;
}

/// <summary>What has to have happened within a window of time.</summary>
[DefinitionName("io.kestra.plugin.core.trigger.Flow-Preconditions")]
public sealed class Preconditions : IMultipleCondition
{
    private IReadOnlyDictionary<string, ICondition>? parts;

    [PluginProperty(Required = true, NotEmpty = true, EmptyMessage = "must not be blank", Pattern = "^[a-zA-Z0-9][a-zA-Z0-9_-]*")]
    public string Id { get; init; } = "";

    public IReadOnlyList<UpstreamFlow>? Flows { get; init; }

    public IReadOnlyList<ExecutionFilter>? Where { get; init; }

    [PluginProperty(DocumentedDefault = """{"type":"DURATION_WINDOW"}""")]
    public TimeWindow TimeWindow { get; init; } = new();

    public bool ResetOnSuccess { get; init; } = true;

    TimeWindow IMultipleCondition.Window => TimeWindow;

    public IReadOnlyDictionary<string, ICondition> Parts => parts ??= Numbered();

    public bool Holds(IConditionContext context) => Parts.Values.All(condition => condition.Holds(context));

    // One numbering for both lists; the keys are stored with what was met already.
    private OrderedDictionary<string, ICondition> Numbered()
    {
        var numbered = new OrderedDictionary<string, ICondition>(StringComparer.Ordinal);
        var number = 0;
        foreach (var flow in Flows ?? [])
        {
            numbered[$"condition_{++number}"] = flow;
        }

        foreach (var filter in Where ?? [])
        {
            numbered[$"condition_{++number}_{filter.Id}"] = filter;
        }

        return numbered;
    }
}

/// <summary>An execution of a flow, or of any flow of a namespace.</summary>
[DefinitionName("io.kestra.plugin.core.trigger.Flow-UpstreamFlow")]
public sealed class UpstreamFlow : ICondition
{
    [PluginProperty(Required = true)]
    public string Namespace { get; init; } = "";

    public string? FlowId { get; init; }

    public IReadOnlyList<StateType>? States { get; init; }

    public IReadOnlyDictionary<string, object?>? Labels { get; init; }

    public bool Holds(IConditionContext context) => context.Execution is { } execution
        && execution.Namespace == Namespace
        && (FlowId is null || execution.FlowId == FlowId)
        && (States is null || States.Contains(execution.State.Current))
        && (LabelValues.Read(Labels) ?? []).TrueForAll((execution.Labels ?? []).Contains);
}

public enum FilterOperand { AND, OR }

/// <summary>Filters over an execution.</summary>
[DefinitionName("io.kestra.plugin.core.trigger.Flow-ExecutionFilter")]
public sealed class ExecutionFilter : ICondition
{
    [PluginProperty(Required = true, NotEmpty = true, EmptyMessage = "must not be blank")]
    public string Id { get; init; } = "";

    public FilterOperand Operand { get; init; } = FilterOperand.AND;

    [PluginProperty(Required = true, NotEmpty = true)]
    public IReadOnlyList<FieldFilter> Filters { get; init; } = [];

    public bool Holds(IConditionContext context) => Operand == FilterOperand.OR ? Filters.Any(filter => filter.Holds(context)) : Filters.All(filter => filter.Holds(context));
}

public enum FilteredField { FLOW_ID, NAMESPACE, STATE, EXPRESSION }

public enum FieldFilterType { EQUAL_TO, NOT_EQUAL_TO, IN, NOT_IN, IS_TRUE, IS_FALSE, IS_NULL, IS_NOT_NULL, STARTS_WITH, ENDS_WITH, REGEX, CONTAINS }

/// <summary>A comparison of one field of an execution.</summary>
[DefinitionName("io.kestra.plugin.core.trigger.Flow-Filter")]
public sealed class FieldFilter : ISelfChecking
{
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    [PluginProperty(Required = true)]
    public FilteredField Field { get; init; }

    [PluginProperty(Required = true)]
    public FieldFilterType Type { get; init; }

    /// <summary>What is compared with; of the field EXPRESSION the expression.</summary>
    public string? Value { get; init; }

    public IReadOnlyList<string>? Values { get; init; }

    public IEnumerable<PluginBindingFault> Check()
    {
        if (Type is FieldFilterType.IN or FieldFilterType.NOT_IN)
        {
            return Wrong(Values is null, "values", "cannot be null").Concat(Wrong(Value is not null, "value", "must be null"));
        }

        var needsValue = Type is not (FieldFilterType.IS_NULL or FieldFilterType.IS_NOT_NULL or FieldFilterType.IS_TRUE or FieldFilterType.IS_FALSE) || Field == FilteredField.EXPRESSION;
        return Wrong(needsValue && Value is null, "value", "cannot be null").Concat(Wrong(!needsValue && Value is not null, "value", "must be null")).Concat(Wrong(Values is not null, "values", "must be null"));
    }

    internal bool Holds(IConditionContext context)
    {
        var text = TextOf(context);
        return Type switch
        {
            FieldFilterType.EQUAL_TO => text == Value,
            FieldFilterType.NOT_EQUAL_TO => text != Value,
            FieldFilterType.IN => text is not null && Values!.Contains(text),
            FieldFilterType.NOT_IN => text is null || !Values!.Contains(text),
            FieldFilterType.IS_TRUE => ValueConversion.IsTruthy(text),
            FieldFilterType.IS_FALSE => !ValueConversion.IsTruthy(text),
            FieldFilterType.IS_NULL => text is null,
            FieldFilterType.IS_NOT_NULL => text is not null,
            FieldFilterType.STARTS_WITH => text?.StartsWith(Value!, StringComparison.Ordinal) ?? false,
            FieldFilterType.ENDS_WITH => text?.EndsWith(Value!, StringComparison.Ordinal) ?? false,
            FieldFilterType.CONTAINS => text?.Contains(Value!, StringComparison.Ordinal) ?? false,
            _ => text is not null && Regex.IsMatch(text, $@"\A(?:{Value})\z", RegexOptions.CultureInvariant, RegexTime),
        };
    }

    private string? TextOf(IConditionContext context) => Field switch
    {
        FilteredField.FLOW_ID => context.Execution?.FlowId,
        FilteredField.NAMESPACE => context.Execution?.Namespace,
        FilteredField.STATE => context.Execution?.State.Current.ToString(),
        _ => Value is null ? null : context.Render(Value),
    };

    private IEnumerable<PluginBindingFault> Wrong(bool isWrong, string name, string what) => isWrong ? [new PluginBindingFault("", $"`{name}` {what} for type {Type}")] : [];
}
