using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>Flows that a starting scheduler has still to read, in the order in which their triggers are due: with many of them, reading takes longer than the next date.</summary>
internal sealed class UnreadFlows
{
    private readonly Dictionary<FlowPlace, UnreadFlow> flows = [];
    private readonly PriorityQueue<FlowPlace, Instant> order = new();

    public bool Any => flows.Count > 0;

    public bool Contains(FlowPlace flow) => flows.ContainsKey(flow);

    public void Add(IEnumerable<UnreadFlow> all)
    {
        foreach (var flow in all)
        {
            flows[flow.Place] = flow;
            order.Enqueue(flow.Place, flow.FirstDue);
        }
    }

    public void Remove(FlowPlace flow) => flows.Remove(flow);

    public void Clear()
    {
        flows.Clear();
        order.Clear();
    }

    /// <summary>The first ones, one at least, up to a length of their sources together.</summary>
    public IReadOnlyList<UnreadFlow> Take(int characters)
    {
        var taken = new List<UnreadFlow>();
        for (var length = 0; length < characters && order.TryDequeue(out var place, out _);)
        {
            if (flows.Remove(place, out var flow))
            {
                taken.Add(flow);
                length += flow.Stored.Source.Length;
            }
        }

        return taken;
    }
}

/// <param name="Rows">Of its triggers, as stored.</param>
internal sealed record UnreadFlow(StoredFlow Stored, IReadOnlyList<Trigger> Rows)
{
    public FlowPlace Place => new(Stored.TenantId, Stored.Namespace, Stored.Id);

    /// <summary>The first date of its rows. A row that an execution holds, or that has no date yet, may be due at any time; a flow without rows comes last.</summary>
    public Instant FirstDue => Rows.Where(static row => !row.Disabled).Select(DueOf).DefaultIfEmpty(Instant.MaxValue).Min();

    private static Instant DueOf(Trigger row) => row.ExecutionId is not null || row.Backfill is not null
        ? Instant.MinValue
        : row.NextExecutionDate?.ToInstant() ?? Instant.MinValue;
}

/// <summary>Names a flow, whatever its revision.</summary>
internal readonly record struct FlowPlace(string TenantId, string Namespace, string FlowId)
{
    public static FlowPlace Of(TriggerKey key) => new(key.TenantId, key.Namespace, key.FlowId);
}
