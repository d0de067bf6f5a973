namespace Kestra.Storage.Executions;

/// <summary>Hands hints out to those who subscribed in this process.</summary>
public sealed class CommandHints : ICommandHints
{
    private readonly Lock gate = new();
    private Action<int>[] handlers = [];

    public IDisposable Subscribe(Action<int> handler)
    {
        lock (gate)
        {
            handlers = [.. handlers, handler];
        }

        return new Subscription(this, handler);
    }

    /// <summary>Tells everybody, once for each of the partitions.</summary>
    public void Announce(IEnumerable<int> partitions)
    {
        var listening = handlers;
        if (listening.Length == 0)
        {
            return;
        }

        foreach (var partition in partitions.Distinct())
        {
            foreach (var handler in listening)
            {
                handler(partition);
            }
        }
    }

    private void Remove(Action<int> handler)
    {
        lock (gate)
        {
            var at = Array.IndexOf(handlers, handler);
            handlers = at < 0 ? handlers : [.. handlers[..at], .. handlers[(at + 1)..]];
        }
    }

    private sealed class Subscription(CommandHints hints, Action<int> handler) : IDisposable
    {
        public void Dispose() => hints.Remove(handler);
    }
}
