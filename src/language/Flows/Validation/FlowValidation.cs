using System.Text.RegularExpressions;
using Kestra.Model;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Flows.Validation;

/// <summary>The rules that a flow has to keep, each with the text that clients know (§1.4 of the model).</summary>
internal static partial class FlowValidation
{
    private static readonly string[] Reserved = ["pause", "resume", "force-run", "change-status", "kill", "executions", "search", "source", "disable", "enable"];

    public static void Check(Flow flow, IPluginCatalog catalog, bool strict, List<DefinitionFault> faults)
    {
        Identifier(flow.Id, "id", FlowIdPattern(), "^[a-zA-Z0-9][a-zA-Z0-9._-]*", 100, faults);
        Identifier(flow.Namespace, "namespace", NamespacePattern(), "^[a-z0-9][a-z0-9._-]*", 150, faults);
        if (flow.Tasks.Count == 0 && !faults.Exists(fault => fault.Path == "tasks"))
        {
            faults.Add(new DefinitionFault("tasks", "must not be empty"));
        }

        var ids = new List<string>();
        Tasks(flow.Tasks, "tasks", catalog, strict, ids, faults);
        Tasks(flow.Errors, "errors", catalog, strict, ids, faults);
        Tasks(flow.Finally, "_finally", catalog, strict, ids, faults);
        Tasks(flow.AfterExecution, "afterExecution", catalog, strict, ids, faults);
        for (var index = 0; index < (flow.Listeners?.Count ?? 0); index++)
        {
            Tasks(flow.Listeners![index].Tasks, $"listeners[{index}].tasks", catalog, strict, ids, faults);
        }

        Triggers(flow, catalog, strict, faults);
        Inputs(flow, faults);
        Outputs(flow, faults);
        LabelsOf(flow.Labels, "labels", faults);
        var rules = FlowRules(flow, ids).ToList();
        if (rules.Count > 0)
        {
            faults.Add(new DefinitionFault("", "Invalid Flow: " + string.Join(", ", rules)));
        }
    }

    private static IEnumerable<string> FlowRules(Flow flow, List<string> taskIds)
    {
        if (Reserved.Contains(flow.Id, StringComparer.Ordinal))
        {
            yield return $"Flow id is a reserved keyword: {flow.Id}. List of reserved keywords: {string.Join(", ", Reserved)}";
        }

        if (Repeated(taskIds) is { Length: > 0 } tasks)
        {
            yield return $"Duplicate task id with name [{tasks}]";
        }

        if (Repeated((flow.Triggers ?? []).Select(trigger => trigger.Id)) is { Length: > 0 } triggers)
        {
            yield return $"Duplicate trigger id with name [{triggers}]";
        }

        if (Repeated((flow.Inputs ?? []).Select(input => input.Id)) is { Length: > 0 } inputs)
        {
            yield return $"Duplicate input with name [{inputs}]";
        }

        foreach (var problem in InputDependencies.Check(flow.Inputs ?? []))
        {
            yield return problem;
        }

        if (Repeated((flow.Outputs ?? []).Select(output => output.Id)) is { Length: > 0 } outputs)
        {
            yield return $"Duplicate output with name [{outputs}]";
        }

        foreach (var label in (flow.Labels ?? []).Where(label => label.IsSystem && label.Key != Label.ReadOnly))
        {
            yield return $"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}";
        }
    }

    private static string Repeated(IEnumerable<string> ids) => string.Join(", ", ids.Where(id => id.Length > 0).GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key));

    private static void Identifier(string value, string path, Regex pattern, string text, int longest, List<DefinitionFault> faults)
    {
        if (value.Length == 0)
        {
            if (path == "id")
            {
                faults.Add(new DefinitionFault(path, "must not be blank"));
            }

            return;
        }

        if (!pattern.IsMatch(value))
        {
            faults.Add(new DefinitionFault(path, $"must match \"{text}\""));
        }

        if (value.Length > longest)
        {
            faults.Add(new DefinitionFault(path, $"size must be between 1 and {longest}"));
        }
    }

    private static void Tasks(IEnumerable<TaskDefinition>? tasks, string path, IPluginCatalog catalog, bool strict, List<string> ids, List<DefinitionFault> faults)
    {
        var index = 0;
        foreach (var task in tasks ?? [])
        {
            TaskOf(task, $"{path}[{index++}]", catalog, strict, ids, faults);
        }
    }

    private static void TaskOf(TaskDefinition task, string path, IPluginCatalog catalog, bool strict, List<string> ids, List<DefinitionFault> faults)
    {
        ids.Add(task.Id);
        var shown = task.Id.Length > 0 && path.StartsWith("tasks[", StringComparison.Ordinal) ? task.Id : path;
        if (task.Id.Length == 0)
        {
            faults.Add(new DefinitionFault($"{path}.id", "must not be blank"));
        }
        else if (!TaskIdPattern().IsMatch(task.Id))
        {
            faults.Add(new DefinitionFault($"{shown}.id", "must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""));
        }
        else if (task.Id.Length > 256)
        {
            faults.Add(new DefinitionFault($"{shown}.id", "Task id must be at most 256 characters"));
        }

        if (task.Type.Length == 0)
        {
            return;
        }

        object plugin;
        try
        {
            plugin = catalog.Create(task.Type, strict ? task.Properties : Known(task, catalog));
        }
        catch (PluginBindingException error)
        {
            faults.AddRange(error.Faults.Select(fault => new DefinitionFault($"{path}.{fault.Path}", fault.Message)));
            return;
        }

        Children(plugin, path, shown, catalog, strict, ids, faults);
    }

    private static IReadOnlyDictionary<string, object?> Known(TaskDefinition task, IPluginCatalog catalog)
    {
        if (catalog.Find(task.Type) is not { } plugin)
        {
            return task.Properties;
        }

        var names = plugin.Properties.SelectMany(property => property.Aliases.Prepend(property.Name)).ToHashSet(StringComparer.Ordinal);
        var known = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in task.Properties.Where(pair => names.Contains(pair.Key)))
        {
            known[key] = value;
        }

        return known;
    }

    private static void Children(object plugin, string path, string shown, IPluginCatalog catalog, bool strict, List<string> ids, List<DefinitionFault> faults)
    {
        switch (plugin)
        {
            case IFlowableTask flowable:
                Tasks(flowable.Children, $"{path}.tasks", catalog, strict, ids, faults);
                Tasks(flowable.Errors, $"{path}.errors", catalog, strict, ids, faults);
                Tasks(flowable.Finally, $"{path}._finally", catalog, strict, ids, faults);
                break;
            case IWorkingDirectoryTask directory:
                Tasks(directory.Tasks, $"{path}.tasks", catalog, strict, ids, faults);
                Tasks(directory.Errors, $"{path}.errors", catalog, strict, ids, faults);
                Tasks(directory.Finally, $"{path}._finally", catalog, strict, ids, faults);
                if (directory.Tasks.Any(child => catalog.Find(child.Type) is { Role: not TaskRole.Runnable }))
                {
                    faults.Add(new DefinitionFault(shown, "Only runnable tasks are allowed as children of a WorkingDirectory task"));
                }

                break;
            case IPauseTask pause:
                Tasks(pause.Tasks, $"{path}.tasks", catalog, strict, ids, faults);
                Tasks(pause.OnPause is { } task ? [task] : [], $"{path}.onPause", catalog, strict, ids, faults);
                break;
            case ITask:
                break;
            default:
                faults.Add(new DefinitionFault($"{path}.type", "is not the type of a task"));
                break;
        }
    }

    private static void Triggers(Flow flow, IPluginCatalog catalog, bool strict, List<DefinitionFault> faults)
    {
        for (var index = 0; index < (flow.Triggers?.Count ?? 0); index++)
        {
            var trigger = flow.Triggers![index];
            var path = $"triggers[{index}]";
            if (trigger.Id.Length > 0 && !TaskIdPattern().IsMatch(trigger.Id))
            {
                faults.Add(new DefinitionFault($"{path}.id", "must match \"^[a-zA-Z0-9][a-zA-Z0-9_-]*\""));
            }

            foreach (var label in (trigger.Labels ?? []).Where(label => label.IsSystem))
            {
                faults.Add(new DefinitionFault($"{path}.labels", $"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}."));
            }

            if (trigger.Type.Length == 0)
            {
                continue;
            }

            try
            {
                catalog.Create(trigger.Type, trigger.Properties);
            }
            catch (PluginBindingException error)
            {
                faults.AddRange(error.Faults.Where(fault => strict || !fault.Message.StartsWith("Unrecognized", StringComparison.Ordinal)).Select(fault => new DefinitionFault($"{path}.{fault.Path}", fault.Message)));
            }
        }
    }

    private static void Inputs(Flow flow, List<DefinitionFault> faults)
    {
        for (var index = 0; index < (flow.Inputs?.Count ?? 0); index++)
        {
            var input = flow.Inputs![index];
            var shown = input.Id.Length > 0 ? input.Id : $"inputs[{index}]";
            if (input.Id.Length > 0 && !InputIdPattern().IsMatch(input.Id))
            {
                faults.Add(new DefinitionFault($"{shown}.id", "must match \"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\""));
            }

            if (input.Validator is { } validator && !IsPattern(validator))
            {
                faults.Add(new DefinitionFault($"{shown}.validator", $"invalid pattern [{validator}]"));
            }

            if (input is { Type: InputType.ENUM, Values: null })
            {
                faults.Add(new DefinitionFault($"{shown}.values", "must not be null"));
            }

            if (input is { Type: InputType.ARRAY, ItemType: null })
            {
                faults.Add(new DefinitionFault($"{shown}.itemType", "must not be null"));
            }
            else if (input is { Type: InputType.ARRAY, ItemType: InputType.ARRAY })
            {
                faults.Add(new DefinitionFault(shown, "`itemType` cannot be `ARRAY`"));
            }

            if (input is { Type: InputType.MULTISELECT, Values: not null, Options: not null })
            {
                faults.Add(new DefinitionFault(shown, "you can't define both `values` and `options`"));
            }
        }
    }

    private static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void Outputs(Flow flow, List<DefinitionFault> faults)
    {
        for (var index = 0; index < (flow.Outputs?.Count ?? 0); index++)
        {
            var output = flow.Outputs![index];
            if (output.Value is null)
            {
                faults.Add(new DefinitionFault($"outputs[{index}].value", "must not be null"));
            }

            if (output.Id.Length > 0 && !InputIdPattern().IsMatch(output.Id))
            {
                faults.Add(new DefinitionFault($"outputs[{index}].id", "must match \"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\""));
            }
        }
    }

    private static void LabelsOf(IReadOnlyList<Label>? labels, string path, List<DefinitionFault> faults)
    {
        for (var index = 0; index < (labels?.Count ?? 0); index++)
        {
            if (labels![index].Key.Length == 0)
            {
                faults.Add(new DefinitionFault($"{path}[{index}].key", "must not be empty"));
            }

            if (labels[index].Value.Length == 0)
            {
                faults.Add(new DefinitionFault($"{path}[{index}].value", "must not be empty"));
            }
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FlowIdPattern();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TaskIdPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InputIdPattern();
}
