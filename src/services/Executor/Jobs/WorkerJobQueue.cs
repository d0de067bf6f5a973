using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;

namespace Kestra.Executor.Jobs;

/// <summary>
/// The lane of jobs within one process. The journal is the durable record, so the lane itself is memory. It has no bound of
/// its own because a decided job must find its place; the executor admits no new execution while <see cref="Waiting"/> is
/// above its limit.
/// </summary>
public sealed class WorkerJobQueue : IWorkerJobs, IWorkerJobSource
{
    private readonly ConcurrentDictionary<string, Channel<WorkerJob>> groups = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string TaskRunId, int Attempt), WorkerJob> known = new();
    private volatile Action<KillRequest>[] killHandlers = [];

    /// <summary>Jobs that no worker has taken yet.</summary>
    public int Waiting
    {
        get
        {
            var sum = 0;
            foreach (var (_, channel) in groups)
            {
                sum += channel.Reader.Count;
            }

            return sum;
        }
    }

    // After the database was away the executor owes again what it owed before: a job that is still here is not sent twice.
    public ValueTask DispatchAsync(WorkerJob job, CancellationToken cancellationToken) =>
        known.TryAdd((job.TaskRun.Id, job.Attempt), job) ? Group(job.WorkerGroup).Writer.WriteAsync(job, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Jobs that were sent and are not answered yet.</summary>
    internal IEnumerable<WorkerJob> Underway => known.Values;

    /// <summary>A job that was sent and is not answered yet.</summary>
    internal bool Knows(string taskRunId, int attempt) => known.ContainsKey((taskRunId, attempt));

    public void Done(WorkerJob job) => known.TryRemove((job.TaskRun.Id, job.Attempt), out _);

    public void Kill(string tenantId, string executionId, string? taskRunId)
    {
        foreach (var handler in killHandlers)
        {
            handler(new KillRequest(tenantId, executionId, taskRunId));
        }
    }

    public IDisposable SubscribeKills(Action<KillRequest> handler)
    {
        lock (groups)
        {
            killHandlers = [.. killHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    public async IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = Group(workerGroup).Reader;
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (!cancellationToken.IsCancellationRequested && reader.TryRead(out var job))
            {
                yield return job;
            }
        }
    }

    private sealed class Subscription(WorkerJobQueue queue, Action<KillRequest> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (queue.groups)
            {
                queue.killHandlers = [.. queue.killHandlers.Where(other => other != handler)];
            }
        }
    }

    // A worker that waits goes on on the thread of the one who dispatches: it starts a run beside and waits again.
    private Channel<WorkerJob> Group(string? name) =>
        groups.GetOrAdd(name ?? "", static _ => Channel.CreateUnbounded<WorkerJob>(new UnboundedChannelOptions { AllowSynchronousContinuations = true }));
}
