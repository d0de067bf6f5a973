using System.Globalization;
using Kestra.Model.Executions;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Counts executions of flows or namespaces.</summary>
[Plugin("io.kestra.plugin.core.execution.Count", Aliases = ["io.kestra.core.tasks.executions.Counts"], Title = "List execution counts for a list of flows.")]
[PluginOutput("results", typeof(IReadOnlyList<object?>), Title = "Count results.")]
[PluginOutput("total", typeof(long), Title = "Total count.")]
public sealed class Count : IRunnableTask
{
    public IReadOnlyList<CountedFlow>? Flows { get; init; }

    public Property<IReadOnlyList<string>>? Namespaces { get; init; }

    /// <summary>All states without it.</summary>
    public Property<IReadOnlyList<StateType>>? States { get; init; }

    /// <summary>Date with time and offset.</summary>
    [PluginProperty(Required = true)]
    public Property<string>? StartDate { get; init; }

    /// <summary>Date with time and offset; now without it.</summary>
    public Property<string>? EndDate { get; init; }

    /// <summary>Sees <c>count</c>; a row stays when it gives exactly true.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public string Expression { get; init; } = "";

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var targets = Targets(context);
        var history = context.Service<IExecutionHistory>();
        var (from, to) = (PropertyConversion.To<Instant>(StartDate.Required(context, "startDate")), PropertyConversion.To<Instant?>(EndDate?.Render(context)));
        var states = States?.Render(context);
        var rows = new List<object?>();
        var total = 0L;
        foreach (var (@namespace, flowId) in targets)
        {
            var count = await history.CountAsync(context.TenantId, @namespace, flowId, states, from, to, cancellationToken);
            if (context.Render(Expression, new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["count"] = count }) == "true")
            {
                rows.Add(Row(@namespace, flowId, count));
                total += count;
            }
        }

        context.Logger.Debug(string.Create(CultureInfo.InvariantCulture, $"{rows.Count} flows matching filters"));
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["results"] = rows, ["total"] = total });
    }

    private List<(string Namespace, string? FlowId)> Targets(IRunContext context)
    {
        if (Flows is null && Namespaces is null)
        {
            throw new TaskFailedException("You must provide a list of flows or namespaces.");
        }

        return Flows is not null
            ? [.. Flows.Select(flow => (context.Render(flow.Namespace)!, context.Render(flow.FlowId)))]
            : [.. Namespaces!.Required(context, "namespaces").Select(static name => (name, (string?)null))];
    }

    private static OrderedDictionary<string, object?> Row(string @namespace, string? flowId, long count)
    {
        var row = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["namespace"] = @namespace };
        if (flowId is not null)
        {
            row["flowId"] = flowId;
        }

        row["count"] = count;
        return row;
    }
}

[DefinitionName("io.kestra.core.models.executions.statistics.Flow")]
public sealed class CountedFlow
{
    [PluginProperty(Required = true, Dynamic = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(Required = true, Dynamic = true)]
    public string FlowId { get; init; } = "";
}
