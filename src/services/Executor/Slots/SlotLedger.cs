using System.Collections.Concurrent;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Slots;

/// <summary>The flow that a concurrency limit belongs to.</summary>
internal readonly record struct FlowKey(string TenantId, string Namespace, string FlowId);

/// <summary>
/// Who holds and who waits for the slots of each flow. All executions of a flow share the partition, so this is the whole
/// truth and needs no lock; every change is also a row of the same transaction. The limit is not kept: a flow's newest
/// revision may have another one, which then holds for the next decision.
/// </summary>
internal sealed class SlotLedger
{
    private readonly Dictionary<FlowKey, FlowSlots> flows = [];
    private readonly ConcurrentDictionary<FlowKey, byte> queues = new();

    /// <summary>Flows with executions that wait; any thread may ask.</summary>
    public IReadOnlyCollection<FlowKey> FlowsThatWait => [.. queues.Keys];

    /// <summary>Takes a slot when fewer than the limit are held. Asking again while holding one is granted.</summary>
    public bool TryHold(FlowKey flow, string executionId, int limit)
    {
        var slots = Of(flow);
        slots.Limit = limit;
        if (slots.Held.Contains(executionId))
        {
            return true;
        }

        if (slots.Held.Count >= limit || slots.Waiting.Count > 0)
        {
            return false;
        }

        slots.Held.Add(executionId);
        return true;
    }

    /// <summary>Takes a slot whatever the limit says, leaving the queue.</summary>
    public void Hold(FlowKey flow, string executionId)
    {
        var slots = Of(flow);
        slots.Waiting.RemoveAll(waiting => waiting.ExecutionId == executionId);
        slots.Held.Add(executionId);
        Note(flow, slots);
    }

    /// <summary>Stands in the queue, behind those that wait since earlier.</summary>
    public void Wait(FlowKey flow, string executionId, int limit, Instant queuedAt)
    {
        var slots = Of(flow);
        slots.Limit = limit;
        if (!slots.Waiting.Exists(waiting => waiting.ExecutionId == executionId))
        {
            var place = slots.Waiting.FindLastIndex(waiting => waiting.QueuedAt <= queuedAt) + 1;
            slots.Waiting.Insert(place, (executionId, queuedAt));
        }

        Note(flow, slots);
    }

    /// <summary>Takes over the limit of the flow's newest revision, for those that wait already.</summary>
    /// <param name="limit">Null is none: the flow has given it up.</param>
    public void Limit(FlowKey flow, int? limit)
    {
        if (flows.TryGetValue(flow, out var slots))
        {
            slots.Limit = limit ?? int.MaxValue;
        }
    }

    /// <summary>Gives a slot back, or leaves the queue.</summary>
    /// <returns>False when the execution had neither.</returns>
    public bool Release(FlowKey flow, string executionId)
    {
        if (!flows.TryGetValue(flow, out var slots))
        {
            return false;
        }

        var had = slots.Held.Remove(executionId) | slots.Waiting.RemoveAll(waiting => waiting.ExecutionId == executionId) > 0;
        Note(flow, slots);
        if (slots.Held.Count == 0 && slots.Waiting.Count == 0)
        {
            flows.Remove(flow);
        }

        return had;
    }

    /// <summary>Gives free slots of a flow to those that have waited longest, and names them with the time since when they waited.</summary>
    public IEnumerable<string> Grant(FlowKey flow)
    {
        while (flows.TryGetValue(flow, out var slots) && slots.Waiting.Count > 0 && slots.Held.Count < slots.Limit)
        {
            var next = slots.Waiting[0].ExecutionId;
            slots.Waiting.RemoveAt(0);
            slots.Held.Add(next);
            Note(flow, slots);
            yield return next;
        }
    }

    /// <summary>Takes over a stored row. The limit of those that wait comes with the recovery of their executions.</summary>
    public void Restore(in SlotChange row)
    {
        var flow = new FlowKey(row.TenantId, row.Namespace, row.FlowId);
        if (row.State == SlotState.Held)
        {
            Of(flow).Held.Add(row.ExecutionId);
        }
        else if (row.State == SlotState.Queued)
        {
            Wait(flow, row.ExecutionId, Of(flow).Limit, row.QueuedAt);
        }
    }

    /// <summary>Forgets the flows that another process has from now on.</summary>
    public void Forget(Func<FlowKey, bool> gone)
    {
        foreach (var flow in flows.Keys.Where(gone).ToList())
        {
            flows.Remove(flow);
            queues.TryRemove(flow, out _);
        }
    }

    private void Note(FlowKey flow, FlowSlots slots)
    {
        if (slots.Waiting.Count > 0)
        {
            queues[flow] = 0;
        }
        else
        {
            queues.TryRemove(flow, out _);
        }
    }

    private FlowSlots Of(FlowKey flow)
    {
        if (!flows.TryGetValue(flow, out var slots))
        {
            flows[flow] = slots = new FlowSlots();
        }

        return slots;
    }

    private sealed class FlowSlots
    {
        public HashSet<string> Held { get; } = new(StringComparer.Ordinal);
        public List<(string ExecutionId, Instant QueuedAt)> Waiting { get; } = [];
        public int Limit { get; set; } = 1;
    }
}
