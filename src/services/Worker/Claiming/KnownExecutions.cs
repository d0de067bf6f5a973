namespace Kestra.Worker.Claiming;

/// <summary>The executions of which jobs were claimed last, within limits of number and size.</summary>
internal sealed class KnownExecutions(ClaimOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string TenantId, string ExecutionId), LinkedListNode<Entry>> byId = [];
    private readonly LinkedList<Entry> lastFirst = new();
    private long bytes;

    public int Count
    {
        get
        {
            lock (gate)
            {
                return byId.Count;
            }
        }
    }

    /// <summary>What is known of an execution; nothing yet when it is new.</summary>
    public KnownExecution Find(string tenantId, string executionId)
    {
        lock (gate)
        {
            if (byId.TryGetValue((tenantId, executionId), out var node))
            {
                lastFirst.Remove(node);
                lastFirst.AddFirst(node);
                return node.Value.Execution;
            }

            var entry = new Entry((tenantId, executionId), new KnownExecution());
            byId[entry.Id] = lastFirst.AddFirst(entry);
            return entry.Execution;
        }
    }

    /// <summary>Takes note of the size of one, and forgets those that were not asked for the longest time.</summary>
    public void Weigh(string tenantId, string executionId)
    {
        lock (gate)
        {
            if (byId.TryGetValue((tenantId, executionId), out var node))
            {
                bytes += node.Value.Execution.Bytes - node.Value.Weight;
                node.Value.Weight = node.Value.Execution.Bytes;
            }

            while (byId.Count > 1 && (byId.Count > options.CachedExecutions || bytes > options.CachedBytes))
            {
                Remove(lastFirst.Last!);
            }
        }
    }

    public void Forget(string tenantId, string executionId)
    {
        lock (gate)
        {
            if (byId.TryGetValue((tenantId, executionId), out var node))
            {
                Remove(node);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        lastFirst.Remove(node);
        byId.Remove(node.Value.Id);
        bytes -= node.Value.Weight;
    }

    private sealed class Entry((string TenantId, string ExecutionId) id, KnownExecution execution)
    {
        public (string TenantId, string ExecutionId) Id { get; } = id;
        public KnownExecution Execution { get; } = execution;
        public long Weight { get; set; }
    }
}
