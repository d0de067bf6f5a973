using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;

namespace Kestra.Hosting.Triggers;

/// <summary>The conditions of one trigger, bound once.</summary>
public sealed class TriggerConditions
{
    private static readonly TriggerConditions None = new([]);

    private readonly IReadOnlyList<ICondition> all;
    private readonly IReadOnlyList<ICondition> ofSchedule;

    private TriggerConditions(IReadOnlyList<ICondition> all)
    {
        this.all = all;
        ofSchedule = [.. all.OfType<IScheduleCondition>()];
    }

    public bool IsEmpty => all.Count == 0;

    /// <summary>There are conditions that narrow the dates of a schedule.</summary>
    public bool NarrowDates => ofSchedule.Count > 0;

    /// <exception cref="PluginBindingException">A condition is unknown or its properties are wrong.</exception>
    public static TriggerConditions Bind(TriggerDefinition trigger, IPluginCatalog catalog)
    {
        var definitions = trigger.Conditions ?? [];
        List<ICondition> bound = [.. definitions.Concat(LegacyConditions(trigger)).Select(condition => Bind(condition, catalog))];
        return bound.Count == 0 ? None : new TriggerConditions(bound);
    }

    /// <summary>Whether every condition holds; without any, true.</summary>
    /// <exception cref="Exception">One can't be tested.</exception>
    public bool Hold(IConditionContext context) => all.All(condition => condition.Holds(context));

    /// <summary>Whether every condition holds that depends on the date alone.</summary>
    /// <exception cref="Exception">One can't be tested.</exception>
    public bool HoldForDate(IConditionContext context) => ofSchedule.All(condition => condition.Holds(context));

    private static ICondition Bind(ConditionDefinition definition, IPluginCatalog catalog) =>
        catalog.Create(definition.Type, definition.Properties) as ICondition
            ?? throw new PluginBindingException(definition.Type, [new PluginBindingFault("type", $"Not a condition: {definition.Type}")]);

    // 'scheduleConditions' is the older place of the conditions of a schedule.
    private static IEnumerable<ConditionDefinition> LegacyConditions(TriggerDefinition trigger)
    {
        if (trigger.Properties.GetValueOrDefault("scheduleConditions") is not IReadOnlyList<object?> list)
        {
            yield break;
        }

        foreach (var map in list.OfType<IReadOnlyDictionary<string, object?>>())
        {
            var own = new OrderedDictionary<string, object?>(map.Where(static pair => pair.Key != "type"), StringComparer.Ordinal);
            yield return new ConditionDefinition(map.GetValueOrDefault("type") as string ?? "", own);
        }
    }
}
