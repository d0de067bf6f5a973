namespace Kestra.Storage.Executions;

/// <summary>Hands hints out to those who subscribed in this process.</summary>
public sealed class WorkerJobHints : IWorkerJobHints
{
    private readonly Lock gate = new();
    private volatile Subscription[] subscriptions = [];

    public IDisposable Subscribe(Action handler)
    {
        var subscription = new Subscription(this, handler);
        lock (gate)
        {
            subscriptions = [.. subscriptions, subscription];
        }

        return subscription;
    }

    public void Announce()
    {
        foreach (var subscription in subscriptions)
        {
            subscription.Handler();
        }
    }

    private sealed class Subscription(WorkerJobHints hints, Action handler) : IDisposable
    {
        public Action Handler { get; } = handler;

        public void Dispose()
        {
            lock (hints.gate)
            {
                hints.subscriptions = [.. hints.subscriptions.Where(other => other != this)];
            }
        }
    }
}
