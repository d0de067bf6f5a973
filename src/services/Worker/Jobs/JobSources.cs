using System.Runtime.CompilerServices;
using Kestra.Hosting.Lanes;

namespace Kestra.Worker.Jobs;

/// <summary>All sources of this worker's jobs as one: the executor beside it, and those of other processes.</summary>
internal sealed class JobSources(IEnumerable<IWorkerJobSource> sources)
{
    private readonly IWorkerJobSource[] all = [.. sources];

    /// <summary>Jobs of all sources in turn. A source is asked for its next one only when the worker asks.</summary>
    public async IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = Array.ConvertAll(all, source => new Lane(source.TakeAsync(workerGroup, stopping.Token).GetAsyncEnumerator(stopping.Token)));
        try
        {
            for (var turn = 0; ; turn++)
            {
                yield return await NextAsync(lanes, turn);
            }
        }
        finally
        {
            await stopping.CancelAsync();
            foreach (var lane in lanes)
            {
                await lane.DisposeAsync();
            }
        }
    }

    public bool TryStart(WorkerJob job) => Array.TrueForAll(all, source => source.TryStart(job));

    public void Done(WorkerJob job) => Array.ForEach(all, source => source.Done(job));

    public IDisposable SubscribeKills(Action<KillRequest> handler) => new Subscriptions(Array.ConvertAll(all, source => source.SubscribeKills(handler)));

    private static async Task<WorkerJob> NextAsync(Lane[] lanes, int turn)
    {
        var pending = Array.ConvertAll(lanes, static lane => lane.Ask());
        await Task.WhenAny(pending);
        for (var offset = 0; ; offset++)
        {
            var lane = lanes[(turn + offset) % lanes.Length];
            if (lane.Ask().IsCompleted)
            {
                return await lane.TakeAsync();
            }
        }
    }

    private sealed class Lane(IAsyncEnumerator<WorkerJob> jobs) : IAsyncDisposable
    {
        private Task<bool>? asked;

        public Task<bool> Ask() => asked ??= jobs.MoveNextAsync().AsTask();

        public async Task<WorkerJob> TakeAsync()
        {
            var has = await Ask();
            asked = null;
            return has ? jobs.Current : throw new OperationCanceledException("The worker stops, and so do the sources of its jobs.");
        }

        public async ValueTask DisposeAsync()
        {
            if (asked is not null)
            {
                await asked.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            await jobs.DisposeAsync();
        }
    }

    private sealed class Subscriptions(IDisposable[] subscriptions) : IDisposable
    {
        public void Dispose() => Array.ForEach(subscriptions, static subscription => subscription.Dispose());
    }
}
