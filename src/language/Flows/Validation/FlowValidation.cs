using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>Checks what the reading of single definitions can't see: plugins, and how the parts of a flow fit together (§1.4 of the model).</summary>
internal sealed class FlowValidation(IPluginCatalog catalog)
{
    private readonly PluginValidation plugins = new(catalog);

    /// <summary>The class behind a plugin type as it was written.</summary>
    public string ClassOf(string type) => catalog.Find(type)?.Type ?? type;

    /// <param name="raw">The map that the flow was read from.</param>
    /// <returns>Every task of the flow, nested ones included.</returns>
    public IReadOnlyList<FoundTask> Check(Flow flow, IReadOnlyDictionary<string, object?> raw, List<DefinitionFault> faults)
    {
        var tasks = new List<FoundTask>();
        foreach (var (name, shown) in new[] { ("tasks", "tasks"), ("errors", "errors"), ("finally", "_finally"), ("afterExecution", "afterExecution") })
        {
            Tasks(raw.GetValueOrDefault(name), FlowPlace(name, shown), tasks, faults);
        }

        Listeners(raw, tasks, faults);
        Triggers(raw, faults);
        FileDefaults.Check(flow.Inputs, raw, faults);
        PluginDefaultRules.Check(flow.PluginDefaults, raw.GetValueOrDefault("pluginDefaults"), catalog, faults);
        if (raw.GetValueOrDefault("namespace") is { } name2 and not string)
        {
            faults.Add(FlowPlace("namespace").Fault(ShapeText.NoText(name2), FaultKind.Cast, "write it in quotes"));
        }

        var rules = FlowRules.Check(flow, tasks).ToList();
        if (rules.Count > 0)
        {
            faults.Add(new DefinitionFault("", "Invalid Flow: " + string.Join(", ", rules)));
        }

        return tasks;
    }

    public void CheckTask(TaskDefinition task, IReadOnlyDictionary<string, object?> raw, List<DefinitionFault> faults) => plugins.Task(task, raw, FaultPlace.Root, [], faults);

    public void CheckTrigger(TriggerDefinition trigger, IReadOnlyDictionary<string, object?> raw, List<DefinitionFault> faults) => plugins.Trigger(trigger, raw, FaultPlace.Root, faults);

    private static FaultPlace FlowPlace(string name, string? shown = null) => FaultPlace.Root.Property("io.kestra.core.models.flows.FlowWithSource", name, shown);

    // The definitions have been read with the flow, and their faults told; here they are read again for their place in the map.
    private void Tasks(object? raw, FaultPlace at, List<FoundTask> found, List<DefinitionFault> faults)
    {
        if (raw is not IReadOnlyList<object?> list)
        {
            return;
        }

        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] is IReadOnlyDictionary<string, object?> map)
            {
                var place = at.Item(index);
                plugins.Task(DefinitionReader.ReadTask(map, place, [], ClassOf), map, place, found, faults, isTopLevel: at.Path == "tasks");
            }
        }
    }

    private void Listeners(IReadOnlyDictionary<string, object?> raw, List<FoundTask> found, List<DefinitionFault> faults)
    {
        var listeners = raw.GetValueOrDefault("listeners") as IReadOnlyList<object?> ?? [];
        for (var index = 0; index < listeners.Count; index++)
        {
            if (listeners[index] is IReadOnlyDictionary<string, object?> listener)
            {
                var at = FlowPlace("listeners").Item(index);
                Tasks(listener.GetValueOrDefault("tasks"), at.Property("io.kestra.core.models.listeners.Listener", "tasks"), found, faults);
                plugins.Conditions(listener.GetValueOrDefault("conditions"), at.Property("io.kestra.core.models.listeners.Listener", "conditions"), faults);
            }
        }
    }

    private void Triggers(IReadOnlyDictionary<string, object?> raw, List<DefinitionFault> faults)
    {
        var triggers = raw.GetValueOrDefault("triggers") as IReadOnlyList<object?> ?? [];
        for (var index = 0; index < triggers.Count; index++)
        {
            if (triggers[index] is IReadOnlyDictionary<string, object?> map)
            {
                var place = FlowPlace("triggers").Item(index);
                plugins.Trigger(DefinitionReader.ReadTrigger(map, place, [], ClassOf), map, place, faults);
            }
        }
    }
}
