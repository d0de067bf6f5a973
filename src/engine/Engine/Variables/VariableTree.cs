using Kestra.Engine.Running;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;

namespace Kestra.Engine.Variables;

/// <summary>Builds the variable tree of an execution, or of one of its task runs (§3.3 of the model: names and presence of each).</summary>
internal static class VariableTree
{
    /// <summary>The tree of a run as if its outputs were others.</summary>
    public static RunVariables Of(ExecutionState state, RunNode run, IReadOnlyDictionary<string, object?> outputs)
    {
        var variables = Of(state, run);
        variables.Add("outputs", state.Outputs.With(run, outputs));
        return variables;
    }

    public static RunVariables Of(ExecutionState state, RunNode? run)
    {
        var variables = Common(state.Program, state.Header, state.State);
        if (state.RunCount > 0 || run is not null)
        {
            variables.Add("outputs", state.Outputs.Outputs);
            variables.Add("tasks", state.Outputs.States);
        }

        if (run is not null)
        {
            AddRun(variables, run);
        }

        return variables;
    }

    private static RunVariables Common(FlowProgram program, Execution execution, State state)
    {
        var environment = program.Environment;
        var variables = new RunVariables
        {
            ["envs"] = environment.Envs,
            ["globals"] = environment.Globals,
            ["kestra"] = environment.Kestra,
            ["flow"] = FlowOf(program.Flow, execution),
            ["execution"] = ExecutionOf(execution, state),
        };
        if ((execution.Variables ?? program.Flow.Variables) is { } vars)
        {
            variables.Add("vars", vars);
        }

        if (execution.Inputs is { Count: > 0 } inputs)
        {
            variables.Add("inputs", WithDefaults(inputs, program));
        }

        if (execution.Labels is { } labels)
        {
            variables.Add("labels", LabelTree.Nested(labels));
        }

        if (execution.Trigger is { } trigger)
        {
            var values = trigger.Variables ?? new OrderedDictionary<string, object?>();
            variables.Add("trigger", values);
            if (trigger.Type == "io.kestra.plugin.core.trigger.Schedule")
            {
                variables.Add("schedule", values);
            }
        }

        return variables;
    }

    // An input with dots in its id is nested; one that has a default is found under its whole id too.
    private static IReadOnlyDictionary<string, object?> WithDefaults(IReadOnlyDictionary<string, object?> inputs, FlowProgram program)
    {
        OrderedDictionary<string, object?>? more = null;
        foreach (var (id, value) in program.InputDefaults)
        {
            if (value is not null && !inputs.ContainsKey(id))
            {
                more ??= new OrderedDictionary<string, object?>(inputs, StringComparer.Ordinal);
                more[id] = value;
            }
        }

        return more ?? inputs;
    }

    private static OrderedDictionary<string, object?> FlowOf(Flow flow, Execution execution) => new()
    {
        ["id"] = execution.FlowId,
        ["namespace"] = execution.Namespace,
        ["revision"] = execution.FlowRevision ?? flow.Revision,
        ["tenantId"] = execution.TenantId,
    };

    private static OrderedDictionary<string, object?> ExecutionOf(Execution execution, State state)
    {
        var map = new OrderedDictionary<string, object?>
        {
            ["id"] = execution.Id,
            ["state"] = state.Current.ToString(),
            ["startDate"] = state.StartDate,
            ["originalId"] = execution.OriginalId,
        };
        if (execution.Outputs is { } outputs)
        {
            map["outputs"] = outputs;
        }

        return map;
    }

    private static void AddRun(RunVariables variables, RunNode node)
    {
        var run = node.Run;
        variables.Add("task", new OrderedDictionary<string, object?> { ["id"] = run.TaskId, ["type"] = node.Task?.Definition.Type });
        var taskrun = new OrderedDictionary<string, object?>
        {
            ["id"] = run.Id,
            ["startDate"] = run.State.StartDate,
            ["attemptsCount"] = node.CurrentAttempt,
        };
        AddIfPresent(taskrun, "parentId", run.ParentTaskRunId);
        AddIfPresent(taskrun, "value", run.Value);
        AddIfPresent(taskrun, "iteration", run.Iteration);
        variables.Add("taskrun", taskrun);

        var parents = ParentsOf(node);
        variables.Add("parents", parents);
        if (parents.Count > 0)
        {
            variables.Add("parent", parents[0]);
        }
    }

    // Ancestors that have neither a value nor outputs are left out: the indexes are not depths.
    private static List<object?> ParentsOf(RunNode node)
    {
        var parents = new List<object?>();
        for (var ancestor = node.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            var entry = new OrderedDictionary<string, object?>();
            if (ancestor.Run.Value is { } value)
            {
                entry["taskrun"] = new OrderedDictionary<string, object?> { ["value"] = value };
            }

            if (ancestor.Run.Outputs is { Count: > 0 } outputs)
            {
                entry["outputs"] = outputs;
            }

            if (entry.Count > 0)
            {
                parents.Add(entry);
            }
        }

        return parents;
    }

    private static void AddIfPresent(OrderedDictionary<string, object?> map, string key, object? value)
    {
        if (value is not null)
        {
            map[key] = value;
        }
    }
}
