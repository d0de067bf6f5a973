using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;

namespace Kestra.Executor.Jobs;

/// <summary>
/// The lane of jobs within one process: what is here is for the worker beside, whatever its group. The journal is the durable
/// record, so the lane itself is memory. It has no bound of its own because a decided job must find its place; the executor admits
/// no new execution while <see cref="Waiting"/> is above its limit.
/// </summary>
public sealed class WorkerJobQueue : IWorkerJobs, IWorkerJobSource
{
    // A transaction that takes longer than so many looks at its rows has failed.
    private const int LooksForRow = 100;

    // A worker that waits goes on on the thread of the one who dispatches: it starts a run beside and waits again.
    private readonly Channel<Entry> lane = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    private readonly ConcurrentQueue<Entry> keptBack = new();
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<(string TaskRunId, int Attempt), Entry> known = new();
    private readonly ConcurrentDictionary<(string TaskRunId, int Attempt), HandedOver> handedOver = new();
    private volatile Action<KillRequest>[] killHandlers = [];
    private int waiting;

    /// <summary>Jobs that no worker has begun yet.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public ValueTask DispatchAsync(WorkerJob job, CancellationToken cancellationToken) =>
        Know(job) is { } entry ? lane.Writer.WriteAsync(entry, cancellationToken) : ValueTask.CompletedTask;

    /// <summary>Jobs that are kept back.</summary>
    internal int KeptBack => keptBack.Count;

    /// <summary>Sends a job that no worker gets before it is let go.</summary>
    internal void KeepBack(WorkerJob job)
    {
        if (Know(job) is { } entry)
        {
            keptBack.Enqueue(entry);
        }
    }

    /// <summary>Lets go of jobs that are kept back, the oldest first.</summary>
    internal void LetGo(int count)
    {
        while (count-- > 0 && keptBack.TryDequeue(out var entry))
        {
            lane.Writer.TryWrite(entry);
        }
    }

    /// <summary>Gives away the jobs that a predicate means: those that nobody has begun leave the lane, the others go on for a new owner.</summary>
    internal IReadOnlyList<(WorkerJob Job, bool IsRunning)> HandOver(Predicate<WorkerJob> isMeant)
    {
        var given = new List<(WorkerJob, bool)>();
        foreach (var entry in known.Values.Where(entry => !entry.IsWithdrawn && isMeant(entry.Job)))
        {
            var isRunning = !entry.TryWithdraw();
            if (isRunning)
            {
                handedOver[KeyOf(entry.Job)] = new HandedOver(entry.Job);
            }
            else
            {
                Interlocked.Decrement(ref waiting);
            }

            given.Add((entry.Job, isRunning));
        }

        return given;
    }

    public WorkerJob? TakeHandedOver(string taskRunId, int attempt) => handedOver.TryRemove((taskRunId, attempt), out var job) ? job.Job : null;

    public bool IsUnderway(WorkerJob job) => known.TryGetValue(KeyOf(job), out var entry) && ReferenceEquals(entry.Job, job);

    public void ForgetHandedOver()
    {
        foreach (var (key, job) in handedOver)
        {
            if (!IsUnderway(job.Job) && ++job.Looks > LooksForRow)
            {
                handedOver.TryRemove(key, out _);
            }
        }
    }

    /// <summary>A job that was sent and is not answered yet.</summary>
    internal bool Knows(string taskRunId, int attempt) => known.TryGetValue((taskRunId, attempt), out var entry) && !entry.IsWithdrawn;

    public bool TryStart(WorkerJob job)
    {
        if (!known.TryGetValue(KeyOf(job), out var entry) || !ReferenceEquals(entry.Job, job))
        {
            return true;
        }

        if (!entry.TryStart())
        {
            Forget(entry);
            return false;
        }

        Interlocked.Decrement(ref waiting);
        return true;
    }

    public void Done(WorkerJob job) => known.TryRemove(KeyOf(job), out _);

    public IReadOnlyList<WorkerJob> Kill(string tenantId, string executionId, string? taskRunId, IEnumerable<(string TaskRunId, int Attempt)> attempts)
    {
        var request = new KillRequest(tenantId, executionId, taskRunId);
        foreach (var handler in killHandlers)
        {
            handler(request);
        }

        return Waiting == 0 ? [] : Withdraw(request, attempts);
    }

    public IDisposable SubscribeKills(Action<KillRequest> handler)
    {
        lock (gate)
        {
            killHandlers = [.. killHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    public async IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = lane.Reader;
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (!cancellationToken.IsCancellationRequested && reader.TryRead(out var entry))
            {
                if (!entry.IsWithdrawn)
                {
                    yield return entry.Job;
                    continue;
                }

                Forget(entry);
            }
        }
    }

    // One that a worker begins at this moment hears of the request by its handler.
    private List<WorkerJob> Withdraw(KillRequest request, IEnumerable<(string TaskRunId, int Attempt)> attempts)
    {
        var withdrawn = attempts.Select(known.GetValueOrDefault).OfType<Entry>().Where(entry => request.Means(entry.Job) && entry.TryWithdraw()).Select(static entry => entry.Job).ToList();
        Interlocked.Add(ref waiting, -withdrawn.Count);
        return withdrawn;
    }

    // After the database was away the executor owes again what it owed before: a job that is still here is not sent twice.
    private Entry? Know(WorkerJob job)
    {
        var (key, entry) = (KeyOf(job), new Entry(job));
        if (!known.TryAdd(key, entry) && !(known.TryGetValue(key, out var old) && old.IsWithdrawn && known.TryUpdate(key, entry, old)))
        {
            return null;
        }

        Interlocked.Increment(ref waiting);
        return entry;
    }

    private void Forget(Entry entry) => known.TryRemove(new KeyValuePair<(string, int), Entry>(KeyOf(entry.Job), entry));

    private static (string TaskRunId, int Attempt) KeyOf(WorkerJob job) => (job.TaskRun.Id, job.Attempt);

    private sealed class Entry(WorkerJob job)
    {
        private const int IsWaiting = 0, Started = 1, Withdrawn = 2;

        private int stage;

        public WorkerJob Job => job;

        public bool IsWithdrawn => Volatile.Read(ref stage) == Withdrawn;

        public bool TryStart() => Interlocked.CompareExchange(ref stage, Started, IsWaiting) == IsWaiting;

        public bool TryWithdraw() => Interlocked.CompareExchange(ref stage, Withdrawn, IsWaiting) == IsWaiting;
    }

    private sealed class HandedOver(WorkerJob job)
    {
        public WorkerJob Job => job;

        /// <summary>At the rows, since it is over.</summary>
        public int Looks { get; set; }
    }

    private sealed class Subscription(WorkerJobQueue queue, Action<KillRequest> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (queue.gate)
            {
                queue.killHandlers = [.. queue.killHandlers.Where(other => other != handler)];
            }
        }
    }
}
