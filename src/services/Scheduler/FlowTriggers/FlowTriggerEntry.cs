using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>A flow trigger of an enabled flow, bound once for each revision.</summary>
internal sealed record FlowTriggerEntry(Flow Flow, TriggerDefinition Definition, IFlowTrigger Trigger, IReadOnlyList<ICondition> Conditions, IReadOnlyList<IMultipleCondition> Windows)
{
    /// <summary>The triggers of a flow that can fire; one whose definition can't be bound fires never.</summary>
    public static IEnumerable<FlowTriggerEntry> Of(Flow flow, IPluginCatalog catalog)
    {
        if (flow.Disabled || flow.Deleted || flow.Exception is not null)
        {
            return [];
        }

        return (flow.Triggers ?? []).Where(static trigger => !trigger.Disabled)
            .Where(trigger => catalog.Find(trigger.Type) is not null)
            .Select(trigger => Bind(flow, trigger, catalog))
            .OfType<FlowTriggerEntry>();
    }

    /// <summary>Whether the trigger looks at executions of this flow that reach this state; never at those of its own flow.</summary>
    public bool LooksAt(string tenantId, string @namespace, string flowId, StateType state) =>
        Flow.TenantId == tenantId && !(Flow.Namespace == @namespace && Flow.Id == flowId) && Trigger.States.Contains(state);

    private static FlowTriggerEntry? Bind(Flow flow, TriggerDefinition definition, IPluginCatalog catalog)
    {
        if (catalog.Create(definition.Type, definition.Properties) is not IFlowTrigger trigger)
        {
            return null;
        }

        var conditions = (definition.Conditions ?? []).Select(condition => (ICondition)catalog.Create(condition.Type, condition.Properties)).ToList();
        List<IMultipleCondition> windows = trigger.Preconditions is { } preconditions ? [preconditions] : [];
        windows.AddRange(conditions.OfType<IMultipleCondition>());
        return new FlowTriggerEntry(flow, definition, trigger, [.. conditions.Where(static condition => condition is not IMultipleCondition)], windows);
    }
}
