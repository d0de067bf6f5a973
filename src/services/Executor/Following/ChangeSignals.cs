using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Executor.Following;

/// <summary>
/// Tells those who watch an execution that something about it became durable. It carries no data: a watcher reads what is
/// stored, so a slow one skips steps instead of holding memory, and an execution that nobody watches costs one look-up.
/// </summary>
public sealed class ChangeSignals : IExecutionEnds
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Channel<bool>>> watchers = new(StringComparer.Ordinal);

    private volatile Action<Execution>[] endHandlers = [];

    /// <summary>Begins to watch; signals from now on are not missed. Dispose to stop.</summary>
    public Watch Begin(string executionId)
    {
        var channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (gate)
        {
            if (!watchers.TryGetValue(executionId, out var list))
            {
                watchers[executionId] = list = [];
            }

            list.Add(channel);
        }

        return new Watch(this, executionId, channel);
    }

    public void Signal(string executionId)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(executionId, out var list))
            {
                foreach (var channel in list)
                {
                    channel.Writer.TryWrite(true);
                }
            }
        }
    }

    /// <summary>Hands every ended execution to a handler until disposed. The handler is called by the executor's loop and must return at once.</summary>
    public IDisposable SubscribeEnded(Action<Execution> handler)
    {
        lock (gate)
        {
            endHandlers = [.. endHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    /// <summary>Tells that the end of an execution became durable.</summary>
    public void End(Execution execution)
    {
        foreach (var handler in endHandlers)
        {
            handler(execution);
        }
    }

    private void Unsubscribe(Action<Execution> handler)
    {
        lock (gate)
        {
            endHandlers = [.. endHandlers.Where(other => other != handler)];
        }
    }

    private void Leave(string executionId, Channel<bool> channel)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(executionId, out var list) && list.Remove(channel) && list.Count == 0)
            {
                watchers.Remove(executionId);
            }
        }
    }

    private sealed class Subscription(ChangeSignals signals, Action<Execution> handler) : IDisposable
    {
        public void Dispose() => signals.Unsubscribe(handler);
    }

    public sealed class Watch(ChangeSignals signals, string executionId, Channel<bool> channel) : IDisposable
    {
        /// <summary>Waits for the next change; one that came since the last call answers at once.</summary>
        public async ValueTask NextAsync(CancellationToken cancellationToken) => await channel.Reader.ReadAsync(cancellationToken);

        public void Dispose() => signals.Leave(executionId, channel);
    }
}
