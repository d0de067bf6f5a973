using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Flows.Validation;

/// <summary>Checks tasks, triggers and conditions against their plugins.</summary>
internal sealed class PluginValidation(IPluginCatalog catalog)
{
    /// <summary>Checks one task and all below it.</summary>
    /// <param name="raw">The task's map.</param>
    /// <param name="found">Where the task and all below it are added.</param>
    public void Task(TaskDefinition task, IReadOnlyDictionary<string, object?> raw, FaultPlace place, List<FoundTask> found, List<DefinitionFault> faults, bool isTopLevel = false)
    {
        var plugin = Find(task.Type, place, PluginKind.Task, faults);
        found.Add(new FoundTask(task, plugin, isTopLevel));
        if (plugin is null)
        {
            return;
        }

        var nested = NestedDefinitions.Of(plugin, raw, place).ToList();
        Bind(plugin, task.Properties, place, nested, fault => NamedById(fault, place, task.Id), faults);
        var children = nested.Where(child => child.Kind == typeof(TaskDefinition)).Select(child => (child.Property, Found: Child(child, found, faults))).ToList();
        Below(nested, faults);
        if (plugin.Role == TaskRole.WorkingDirectory)
        {
            WorkingDirectory(task, place, [.. children.Where(child => child.Property == "tasks").Select(child => child.Found)], faults);
        }
    }

    public void Trigger(TriggerDefinition trigger, IReadOnlyDictionary<string, object?> raw, FaultPlace place, List<DefinitionFault> faults)
    {
        if (Find(trigger.Type, place, PluginKind.Trigger, faults) is not { } plugin)
        {
            return;
        }

        var nested = NestedDefinitions.Of(plugin, raw, place).ToList();
        var bound = Bind(plugin, trigger.Properties, place, nested, fault => fault, faults);
        Below(nested, faults);
        Conditions(raw.GetValueOrDefault("conditions"), place.Property(plugin.Type, "conditions"), faults);
        if (bound is IScheduleTrigger schedule)
        {
            Schedule(schedule, plugin, place, faults);
        }

        if (bound is IWebhookTrigger && (trigger.Conditions ?? []).Any(condition => catalog.Find(condition.Type)?.Type == "io.kestra.plugin.core.condition.MultipleCondition"))
        {
            faults.Add(place.Fault("invalid webhook: conditions of type MultipleCondition are not supported"));
        }
    }

    public void Conditions(object? raw, FaultPlace at, List<DefinitionFault> faults)
    {
        var list = raw as IReadOnlyList<object?> ?? [];
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] is IReadOnlyDictionary<string, object?> map)
            {
                Condition(map, at.Item(index), faults);
            }
        }
    }

    private void Condition(IReadOnlyDictionary<string, object?> raw, FaultPlace place, List<DefinitionFault> faults)
    {
        var condition = DefinitionReader.ReadCondition(raw, place.Path, []);
        if (Find(condition.Type, place, PluginKind.Condition, faults) is not { } plugin)
        {
            return;
        }

        var nested = NestedDefinitions.Of(plugin, raw, place).ToList();
        Bind(plugin, condition.Properties, place, nested, fault => fault, faults);
        Below(nested, faults);
    }

    private FoundTask Child(NestedDefinition child, List<FoundTask> found, List<DefinitionFault> faults)
    {
        var index = found.Count;
        var task = DefinitionReader.ReadTask(child.Raw, child.Place, faults, type => catalog.Find(type)?.Type ?? type);
        Task(task, child.Raw, child.Place, found, faults);
        return found[index];
    }

    private void Below(List<NestedDefinition> nested, List<DefinitionFault> faults)
    {
        foreach (var condition in nested.Where(child => child.Kind == typeof(ConditionDefinition)))
        {
            if (condition.Raw.GetValueOrDefault("type") is null)
            {
                faults.Add(condition.Place.Fault(ShapeText.UnknownType("<null>"), FaultKind.UnknownType));
            }

            Condition(condition.Raw, condition.Place, faults);
        }
    }

    private PluginDescriptor? Find(string type, FaultPlace place, PluginKind kind, List<DefinitionFault> faults)
    {
        if (type.Length == 0)
        {
            return null;
        }

        if (catalog.Find(type) is { } plugin)
        {
            if (plugin.Kind == kind)
            {
                return plugin;
            }

            faults.Add(place.Fault(ShapeText.UnknownType(type), FaultKind.UnknownType, $"a {plugin.Kind.ToString().ToLowerInvariant()}, not a {kind.ToString().ToLowerInvariant()}"));
            return null;
        }

        faults.Add(place.Fault(ShapeText.UnknownType(type), FaultKind.UnknownType, catalog.Nearest(type) is { } near ? $"did you mean '{near}'?" : null));
        return null;
    }

    // What is inside nested definitions is told by those, with their own paths.
    private object? Bind(PluginDescriptor plugin, IReadOnlyDictionary<string, object?> properties, FaultPlace place, List<NestedDefinition> nested, Func<DefinitionFault, DefinitionFault> named, List<DefinitionFault> faults)
    {
        try
        {
            return catalog.Create(plugin.Type, properties);
        }
        catch (PluginBindingException error)
        {
            var told = error.Faults.Select(fault => BindingFault(plugin, fault, place)).Where(fault => !nested.Exists(child => IsBelow(fault.Path, child.Place.Path)));
            faults.AddRange(told.Select(named));
            return null;
        }
    }

    private static bool IsBelow(string path, string above) => path.StartsWith(above, StringComparison.Ordinal) && (path.Length == above.Length || path[above.Length] is '.' or '[');

    private static DefinitionFault BindingFault(PluginDescriptor plugin, PluginBindingFault fault, FaultPlace place)
    {
        var at = new FaultPlace(ShownPath(fault.Path), ReferenceChain.Of(plugin, fault.Path)).Below(place);
        var message = fault.Kind == FaultKind.UnknownProperty && !fault.Path.Contains('.', StringComparison.Ordinal)
            ? ShapeText.UnknownProperty(fault.Path, plugin.Type, PluginNames.All(plugin))
            : fault.Message;
        return at.Fault(message, fault.Kind);
    }

    private static string ShownPath(string path) => path.Length == 0 ? path : string.Join('.', path.Split('.').Select(PluginNames.Shown));

    // Rules of the task itself name it by its id; those of objects inside it keep the place.
    private static DefinitionFault NamedById(DefinitionFault fault, FaultPlace place, string id)
    {
        var inside = fault.Path.Length > place.Path.Length ? fault.Path[place.Path.Length..].TrimStart('.') : "";
        return fault.IsUnreadable || inside.Contains('.', StringComparison.Ordinal) ? fault : fault with { Shown = TaskPaths.Named(fault.Path, id) };
    }

    private static void WorkingDirectory(TaskDefinition task, FaultPlace place, List<FoundTask> children, List<DefinitionFault> faults)
    {
        var problem = children.Count == 0 ? "The 'tasks' property cannot be empty"
            : children.Exists(child => child.Plugin is { Role: not TaskRole.Runnable }) ? "Only runnable tasks are allowed as children of a WorkingDirectory task"
            : children.Exists(child => child.Task.WorkerGroup is not null) ? "Cannot set a Worker Group in any WorkingDirectory sub-tasks, it is only supported at the WorkingDirectory level"
            : null;
        if (problem is not null)
        {
            faults.Add(place.Fault(problem) with { Shown = TaskPaths.Named(place.Path, task.Id) });
        }
    }

    private static void Schedule(IScheduleTrigger schedule, PluginDescriptor plugin, FaultPlace place, List<DefinitionFault> faults)
    {
        if (Fault(() => _ = schedule.Zone) is { } zone)
        {
            faults.Add(place.Property(plugin.Type, "timezone").Fault(zone));
        }

        if (Fault(() => _ = schedule.Next(NodaConstants.UnixEpoch.InUtc())) is { } dates)
        {
            faults.Add(place.Fault(dates));
        }
    }

    private static string? Fault(Action look)
    {
        try
        {
            look();
            return null;
        }
        catch (TriggerFaultException fault)
        {
            return fault.Message;
        }
    }
}
