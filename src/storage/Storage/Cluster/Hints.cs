using Kestra.Storage.Executions;

namespace Kestra.Storage.Cluster;

/// <summary>Hands hints out to those who subscribed in this process.</summary>
public sealed class Hints : IHints
{
    private readonly Lock gate = new();
    private Action<Hint>[] handlers = [];

    public IDisposable Subscribe(Action<Hint> handler)
    {
        lock (gate)
        {
            handlers = [.. handlers, handler];
        }

        return new Subscription(this, handler);
    }

    /// <summary>What a batch leaves for others, each once.</summary>
    public static IReadOnlyCollection<Hint> Of(ExecutionBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.CommandsSent.Count == 0 && batch.Replies.Count == 0)
        {
            return [];
        }

        var hints = new HashSet<Hint>();
        foreach (var command in batch.CommandsSent)
        {
            hints.Add(new Hint(HintKind.Command, command.Partition.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        foreach (var reply in batch.Replies)
        {
            hints.Add(new Hint(HintKind.Reply, reply.Reader));
        }

        return hints;
    }

    /// <summary>Tells everybody.</summary>
    public void Announce(IEnumerable<Hint> hints)
    {
        var listening = handlers;
        if (listening.Length == 0)
        {
            return;
        }

        foreach (var hint in hints)
        {
            foreach (var handler in listening)
            {
                handler(hint);
            }
        }
    }

    private void Remove(Action<Hint> handler)
    {
        lock (gate)
        {
            var at = Array.IndexOf(handlers, handler);
            handlers = at < 0 ? handlers : [.. handlers[..at], .. handlers[(at + 1)..]];
        }
    }

    private sealed class Subscription(Hints hints, Action<Hint> handler) : IDisposable
    {
        public void Dispose() => hints.Remove(handler);
    }
}
