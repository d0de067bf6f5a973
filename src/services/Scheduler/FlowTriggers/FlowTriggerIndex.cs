using System.Collections.Frozen;
using Kestra.Model.Executions;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>The flow triggers of all flows, by what they look at. Any thread may ask while one changes it.</summary>
internal sealed class FlowTriggerIndex
{
    private readonly Lock gate = new();
    private readonly Dictionary<FlowPlace, IReadOnlyList<FlowTriggerEntry>> byFlow = [];
    private volatile FrozenDictionary<(string Tenant, StateType State), FlowTriggerEntry[]> byState = FrozenDictionary<(string, StateType), FlowTriggerEntry[]>.Empty;

    /// <summary>The triggers that look at an execution of a flow when it reaches a state.</summary>
    public IEnumerable<FlowTriggerEntry> LookingAt(string tenantId, string @namespace, string flowId, StateType state) =>
        byState.TryGetValue((tenantId, state), out var entries) ? entries.Where(entry => entry.LooksAt(tenantId, @namespace, flowId, state)) : [];

    /// <summary>A trigger of a flow; null when it is gone, or does not fire any more.</summary>
    public FlowTriggerEntry? Find(FlowPlace flow, string triggerId)
    {
        lock (gate)
        {
            return byFlow.GetValueOrDefault(flow)?.FirstOrDefault(entry => entry.Definition.Id == triggerId);
        }
    }

    /// <summary>The triggers of flows from now on; none removes a flow.</summary>
    public void Set(IEnumerable<(FlowPlace Flow, IReadOnlyList<FlowTriggerEntry> Triggers)> flows)
    {
        lock (gate)
        {
            var changed = false;
            foreach (var (flow, triggers) in flows)
            {
                changed |= byFlow.Remove(flow);
                if (triggers.Count > 0)
                {
                    byFlow[flow] = triggers;
                    changed = true;
                }
            }

            if (changed)
            {
                Rebuild();
            }
        }
    }

    /// <summary>The triggers of all flows from now on.</summary>
    public void SetAll(IEnumerable<(FlowPlace Flow, IReadOnlyList<FlowTriggerEntry> Triggers)> flows)
    {
        lock (gate)
        {
            byFlow.Clear();
            foreach (var (flow, triggers) in flows)
            {
                if (triggers.Count > 0)
                {
                    byFlow[flow] = triggers;
                }
            }

            Rebuild();
        }
    }

    private void Rebuild() => byState = byFlow.Values
        .SelectMany(static triggers => triggers)
        .SelectMany(static entry => entry.Trigger.States.Distinct().Select(state => (Key: (entry.Flow.TenantId, state), Entry: entry)))
        .GroupBy(static pair => pair.Key, static pair => pair.Entry)
        .ToFrozenDictionary(static group => group.Key, static group => group.ToArray());
}
