using Kestra.Engine;
using Kestra.Engine.Variables;
using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>What the conditions and executions of a flow trigger see of the execution that it looks at.</summary>
internal sealed class UpstreamScopes(EngineEnvironment environment)
{
    /// <summary>What conditions see: the flow of the trigger, and for the rest what the execution itself would see at its end.</summary>
    public TriggerScope Of(FlowTriggerEntry entry, Execution upstream, CancellationToken cancellationToken)
    {
        // The execution's own trigger comes first, as its expressions have it.
        var trigger = VariablesOf(upstream, upstream.Outputs);
        foreach (var (name, value) in upstream.Trigger?.Variables ?? new OrderedDictionary<string, object?>())
        {
            trigger[name] = value;
        }

        return new TriggerScope(environment, entry.Flow, upstream.Id, trigger, upstream, cancellationToken)
        {
            More = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
            {
                ["execution"] = ExecutionOf(upstream),
                ["labels"] = LabelTree.Nested(upstream.Labels ?? []),
                ["inputs"] = upstream.Inputs ?? new OrderedDictionary<string, object?>(),
                ["outputs"] = OutputsOf(upstream),
            },
        };
    }

    /// <summary>Variable <c>trigger</c> of the execution that is created.</summary>
    public static OrderedDictionary<string, object?> VariablesOf(Execution upstream, IReadOnlyDictionary<string, object?>? outputs)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["executionId"] = upstream.Id,
            ["executionLabels"] = LabelTree.Nested([.. (upstream.Labels ?? []).Where(static label => !label.IsSystem)]),
            ["namespace"] = upstream.Namespace,
            ["flowId"] = upstream.FlowId,
            ["flowRevision"] = upstream.FlowRevision,
            ["state"] = upstream.State.Current.ToString(),
        };
        if (outputs is { Count: > 0 })
        {
            variables["outputs"] = outputs;
        }

        return variables;
    }

    private static OrderedDictionary<string, object?> ExecutionOf(Execution upstream) => new(StringComparer.Ordinal)
    {
        ["id"] = upstream.Id,
        ["startDate"] = upstream.State.StartDate,
        ["state"] = upstream.State.Current.ToString(),
        ["originalId"] = upstream.OriginalId ?? upstream.Id,
        ["outputs"] = upstream.Outputs,
    };

    // By task, and below it by the values of the loops around the run, the outermost first.
    private static OrderedDictionary<string, object?> OutputsOf(Execution upstream)
    {
        var tree = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        var runs = (upstream.TaskRunList ?? []).ToDictionary(static run => run.Id, StringComparer.Ordinal);
        foreach (var run in runs.Values.Where(static run => run.Outputs is { Count: > 0 }))
        {
            var map = tree;
            var name = run.TaskId;
            foreach (var value in ValuesAround(run, runs))
            {
                if (map.GetValueOrDefault(name) is not OrderedDictionary<string, object?> below)
                {
                    map[name] = below = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                }

                (map, name) = (below, value);
            }

            map[name] = run.Outputs;
        }

        return tree;
    }

    private static List<string> ValuesAround(TaskRun run, Dictionary<string, TaskRun> runs)
    {
        var values = new List<string>();
        for (var around = run; around is not null; around = around.ParentTaskRunId is { } parent ? runs.GetValueOrDefault(parent) : null)
        {
            if (around.Value is { } value)
            {
                values.Insert(0, value);
            }
        }

        return values;
    }
}
