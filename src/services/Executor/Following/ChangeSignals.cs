using System.Threading.Channels;
using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Executor.Following;

/// <summary>
/// Tells those who watch an execution that something about it became durable. A watcher reads what is stored, so a slow one
/// skips steps instead of holding memory, and an execution that nobody watches costs one look-up. Only the end is handed
/// over as it is, because many wait for nothing else.
/// </summary>
public sealed class ChangeSignals : IExecutionEnds
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Watch>> watchers = new(StringComparer.Ordinal);
    private readonly HashSet<(string TenantId, string ExecutionId)> held = [];

    private volatile Action<Execution>[] endHandlers = [];

    /// <summary>Begins to watch; signals from now on are not missed. Dispose to stop.</summary>
    public Watch Begin(string executionId)
    {
        var watch = new Watch(this, executionId);
        lock (gate)
        {
            if (!watchers.TryGetValue(executionId, out var list))
            {
                watchers[executionId] = list = [];
            }

            list.Add(watch);
        }

        return watch;
    }

    /// <summary>Whether the loop of this process holds the execution, so that its next change and its end will be told here.</summary>
    public bool IsHeld(string tenantId, string executionId)
    {
        lock (gate)
        {
            return held.Contains((tenantId, executionId));
        }
    }

    /// <summary>The loop has executions in its hands from now on.</summary>
    internal void Hold(IEnumerable<ActiveExecution> executions)
    {
        lock (gate)
        {
            foreach (var execution in executions)
            {
                held.Add((execution.Key.TenantId, execution.Key.ExecutionId));
            }
        }
    }

    /// <summary>The loop has let go of an execution.</summary>
    internal void LetGo(ExecutionKey execution)
    {
        lock (gate)
        {
            held.Remove((execution.TenantId, execution.ExecutionId));
        }
    }

    /// <summary>The loop has let go of everything; who watches has to look for himself.</summary>
    internal void LetGoOfAll()
    {
        lock (gate)
        {
            held.Clear();
            foreach (var watch in watchers.Values.SelectMany(static list => list))
            {
                watch.Notify(null);
            }
        }
    }

    public void Signal(string executionId)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(executionId, out var list))
            {
                foreach (var watch in list)
                {
                    watch.Notify(null);
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
    /// <param name="document">As it is stored.</param>
    public void End(Execution execution, ReadOnlyMemory<byte> document)
    {
        lock (gate)
        {
            foreach (var watch in watchers.GetValueOrDefault(execution.Id) ?? [])
            {
                watch.Notify(new EndedExecution(execution.TenantId, document));
            }
        }

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

    private void Leave(string executionId, Watch watch)
    {
        lock (gate)
        {
            if (watchers.TryGetValue(executionId, out var list) && list.Remove(watch) && list.Count == 0)
            {
                watchers.Remove(executionId);
            }
        }
    }

    private sealed class Subscription(ChangeSignals signals, Action<Execution> handler) : IDisposable
    {
        public void Dispose() => signals.Unsubscribe(handler);
    }

    public sealed class Watch(ChangeSignals signals, string executionId) : IDisposable
    {
        private readonly Channel<bool> channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        private volatile EndedExecution? ended;

        /// <summary>The execution as it ended since this watch began; null when it has not.</summary>
        internal EndedExecution? Ended => ended;

        /// <summary>Waits for the next change; one that came since the last call answers at once.</summary>
        public async ValueTask NextAsync(CancellationToken cancellationToken) => await channel.Reader.ReadAsync(cancellationToken);

        public void Dispose() => signals.Leave(executionId, this);

        internal void Notify(EndedExecution? end)
        {
            ended = end ?? ended;
            channel.Writer.TryWrite(true);
        }
    }
}

/// <param name="Document">As it is stored.</param>
internal sealed record EndedExecution(string TenantId, ReadOnlyMemory<byte> Document);
