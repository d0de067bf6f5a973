using Kestra.Engine;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Triggers;

namespace Kestra.Hosting.Triggers;

/// <summary>What the expressions and conditions of one trigger see at one of its events.</summary>
public sealed class TriggerScope : IConditionContext
{
    private readonly EngineEnvironment environment;
    private readonly IExpressionHost? host;
    private readonly CancellationToken cancellationToken;
    private readonly OrderedDictionary<string, object?> variables;

    /// <param name="triggerVariables">Variable <c>trigger</c>.</param>
    /// <param name="execution">The execution that the trigger is about to create; null where there is none yet.</param>
    public TriggerScope(EngineEnvironment environment, Flow flow, string executionId, IReadOnlyDictionary<string, object?> triggerVariables, Execution? execution, CancellationToken cancellationToken)
    {
        this.environment = environment;
        this.cancellationToken = cancellationToken;
        Flow = flow;
        Execution = execution;
        host = environment.HostOf(flow.TenantId, flow.Namespace, flow.Id, executionId);
        variables = Build(environment, flow, triggerVariables);
    }

    public Flow Flow { get; }

    public Execution? Execution { get; }

    public IReadOnlyDictionary<string, object?> Variables => variables;

    /// <summary>Further variables, which stand before those of the same name.</summary>
    public IReadOnlyDictionary<string, object?> More
    {
        init
        {
            foreach (var (name, variable) in value)
            {
                variables[name] = variable;
            }
        }
    }

    public string Render(string text, IReadOnlyDictionary<string, object?>? more = null) =>
        environment.Expressions.Render(text, Context(more));

    public object? RenderTyped(string text, IReadOnlyDictionary<string, object?>? more = null) =>
        environment.Expressions.RenderTyped(text, Context(more));

    /// <summary>Renders texts inside a map, at any depth.</summary>
    public IReadOnlyDictionary<string, object?> RenderMap(IReadOnlyDictionary<string, object?> map) =>
        (IReadOnlyDictionary<string, object?>)environment.Expressions.RenderValue(map, Context(null), recursive: false)!;

    public IEnumerable<Label> RenderLabels(IEnumerable<Label> labels) =>
        labels.Where(static label => !label.IsSystem).Select(label => new Label(Render(label.Key), Render(label.Value)));

    private RenderContext Context(IReadOnlyDictionary<string, object?>? more)
    {
        if (more is null)
        {
            return new RenderContext(Variables, host, cancellationToken);
        }

        var merged = new OrderedDictionary<string, object?>(Variables, StringComparer.Ordinal);
        foreach (var (key, value) in more)
        {
            merged[key] = value;
        }

        return new RenderContext(merged, host, cancellationToken);
    }

    private static OrderedDictionary<string, object?> Build(EngineEnvironment environment, Flow flow, IReadOnlyDictionary<string, object?> trigger)
    {
        var tree = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["envs"] = environment.Envs,
            ["globals"] = environment.Globals,
            ["kestra"] = environment.Kestra,
            ["flow"] = new OrderedDictionary<string, object?>
            {
                ["id"] = flow.Id,
                ["namespace"] = flow.Namespace,
                ["revision"] = flow.Revision,
                ["tenantId"] = flow.TenantId,
            },
            ["trigger"] = trigger,
            // The older name, which conditions still use.
            ["schedule"] = trigger,
        };
        if (flow.Variables is { } own)
        {
            tree["vars"] = own;
        }

        if (flow.Labels is { Count: > 0 } labels)
        {
            tree["labels"] = LabelTree.Nested(labels);
        }

        return tree;
    }
}
