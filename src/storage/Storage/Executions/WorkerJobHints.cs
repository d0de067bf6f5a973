namespace Kestra.Storage.Executions;

/// <summary>Hands hints out to those who subscribed in this process.</summary>
public sealed class WorkerJobHints : IWorkerJobHints
{
    private readonly Lock gate = new();
    private volatile Subscription[] subscriptions = [];

    public IDisposable Subscribe(Action<WorkerJobNews> handler)
    {
        var subscription = new Subscription(this, handler);
        lock (gate)
        {
            subscriptions = [.. subscriptions, subscription];
        }

        return subscription;
    }

    public void Announce(WorkerJobNews news)
    {
        if (news == WorkerJobNews.None)
        {
            return;
        }

        foreach (var subscription in subscriptions)
        {
            subscription.Handler(news);
        }
    }

    private sealed class Subscription(WorkerJobHints hints, Action<WorkerJobNews> handler) : IDisposable
    {
        public Action<WorkerJobNews> Handler { get; } = handler;

        public void Dispose()
        {
            lock (hints.gate)
            {
                hints.subscriptions = [.. hints.subscriptions.Where(other => other != this)];
            }
        }
    }
}
