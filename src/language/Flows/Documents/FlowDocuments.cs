using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Documents;

/// <summary>
/// Flows in the form of Kestra's documents: properties of tasks and triggers in the order of declaration, without those
/// that equal their default, and nested tasks complete, which the maps of definitions have as they were written.
/// </summary>
public static class FlowDocuments
{
    public static Flow Complete(Flow flow, IPluginCatalog catalog) => flow with
    {
        Tasks = [.. flow.Tasks.Select(task => Complete(task, catalog))],
        Errors = Tasks(flow.Errors, catalog),
        Finally = Tasks(flow.Finally, catalog),
        AfterExecution = Tasks(flow.AfterExecution, catalog),
        Listeners = flow.Listeners?.Select(listener => listener with { Conditions = Conditions(listener.Conditions, catalog), Tasks = Tasks(listener.Tasks, catalog)! }).ToList(),
        Triggers = flow.Triggers?.Select(trigger => Complete(trigger, catalog)).ToList(),
    };

    public static TaskDefinition Complete(TaskDefinition task, IPluginCatalog catalog) => task with { Properties = PluginDocuments.Properties(task.Type, task.Properties, catalog) };

    public static TriggerDefinition Complete(TriggerDefinition trigger, IPluginCatalog catalog) => trigger with
    {
        Conditions = Conditions(trigger.Conditions, catalog),
        Properties = PluginDocuments.Properties(trigger.Type, trigger.Properties, catalog),
    };

    public static ConditionDefinition Complete(ConditionDefinition condition, IPluginCatalog catalog) => condition with { Properties = PluginDocuments.Properties(condition.Type, condition.Properties, catalog) };

    private static List<TaskDefinition>? Tasks(IReadOnlyList<TaskDefinition>? tasks, IPluginCatalog catalog) => tasks?.Select(task => Complete(task, catalog)).ToList();

    private static List<ConditionDefinition>? Conditions(IReadOnlyList<ConditionDefinition>? conditions, IPluginCatalog catalog) => conditions?.Select(condition => Complete(condition, catalog)).ToList();
}
