using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Runs one of two lists of tasks.</summary>
[PluginOutput("evaluationResult", typeof(bool), Title = "Condition value.")]
[Plugin("io.kestra.plugin.core.flow.If", Aliases = ["io.kestra.core.tasks.flows.If"], Title = "Run tasks conditionally, i.e. decide which branch of tasks should be executed based on a condition.")]
public sealed class If : FlowableTask
{
    [PluginProperty(Dynamic = true)]
    public string? Condition { get; init; }

    [PluginProperty(NotEmpty = true)]
    public IReadOnlyList<TaskDefinition> Then { get; init; } = [];

    public IReadOnlyList<TaskDefinition>? Else { get; init; }

    public override IEnumerable<TaskDefinition> Children => Then.Concat(Else ?? []);

    public override IEnumerable<string> PlanExpressions => Texts.In(Condition);

    public override bool PlanGivesOutputs => true;

    public override FlowablePlan Plan(Func<string, string?> render)
    {
        var holds = Condition is not null && ValueConversion.IsTruthy(render(Condition));
        return new FlowablePlan { Tasks = holds ? Then : Else ?? [], Outputs = new OrderedDictionary<string, object?> { ["evaluationResult"] = holds } };
    }
}

/// <summary>Runs the list of tasks that belongs to a value.</summary>
[PluginOutput("value", typeof(string))]
[PluginOutput("defaults", typeof(bool))]
[Plugin("io.kestra.plugin.core.flow.Switch", Aliases = ["io.kestra.core.tasks.flows.Switch"], Title = "Run tasks conditionally based on the value of a rendered expression.")]
public sealed class Switch : FlowableTask, ISelfChecking
{
    [PluginProperty(Required = true, Dynamic = true)]
    public string Value { get; init; } = "";

    public IReadOnlyDictionary<string, IReadOnlyList<TaskDefinition>>? Cases { get; init; }

    public IReadOnlyList<TaskDefinition>? Defaults { get; init; }

    public override IEnumerable<TaskDefinition> Children => (Cases?.Values ?? []).SelectMany(tasks => tasks).Concat(Defaults ?? []);

    public override IEnumerable<string> PlanExpressions => [Value];

    public override bool PlanGivesOutputs => true;

    public override FlowablePlan Plan(Func<string, string?> render)
    {
        var value = render(Value) ?? "";
        var found = Cases?.GetValueOrDefault(value);
        return new FlowablePlan
        {
            Tasks = found ?? Defaults ?? [],
            NothingMatches = found is null && Defaults is null,
            Outputs = new OrderedDictionary<string, object?> { ["value"] = value, ["defaults"] = found is null },
        };
    }

    public IEnumerable<PluginBindingFault> Check() => Children.Any() ? [] : [new PluginBindingFault("", "No task defined, neither cases or default have any tasks")];
}
