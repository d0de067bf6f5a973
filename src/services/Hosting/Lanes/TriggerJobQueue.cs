using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Kestra.Hosting.Lanes;

/// <summary>
/// The lane of trigger jobs within one process, whose worker watches triggers of every group. It is memory: the rows of triggers are
/// the durable record, and the scheduler evaluates anew what a stopped process did not finish.
/// </summary>
/// <param name="capacity">Polling triggers, and as many realtime ones, that may wait for the worker.</param>
public sealed class TriggerJobQueue(int capacity = TriggerJobQueue.DefaultCapacity) : ITriggerJobs
{
    public const int DefaultCapacity = 10_000;

    private readonly Channel<TriggerJob> pollingLane = Channel.CreateBounded<TriggerJob>(capacity);
    private readonly Channel<TriggerJob> realtimeLane = Channel.CreateBounded<TriggerJob>(capacity);
    private readonly ConcurrentDictionary<string, byte> waiting = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private volatile Action<string>[] killHandlers = [];

    public bool HasRoom(string? workerGroup) => pollingLane.Reader.Count < capacity && realtimeLane.Reader.Count < capacity;

    public bool TryDispatch(TriggerJob job)
    {
        ArgumentNullException.ThrowIfNull(job);
        waiting[job.ExecutionId] = 0;
        if (Lane(job.IsRealtime).Writer.TryWrite(job))
        {
            return true;
        }

        waiting.TryRemove(job.ExecutionId, out _);
        return false;
    }

    public void Kill(string executionId)
    {
        waiting.TryRemove(executionId, out _);
        foreach (var handler in killHandlers)
        {
            handler(executionId);
        }
    }

    public async IAsyncEnumerable<TriggerJob> TakeAsync(string? workerGroup, bool realtime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = Lane(realtime).Reader;
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (!cancellationToken.IsCancellationRequested && reader.TryRead(out var job))
            {
                if (waiting.TryRemove(job.ExecutionId, out _))
                {
                    yield return job;
                }
            }
        }
    }

    public void Done(TriggerJob job, bool isAnswered)
    {
        // Whatever was not answered is evaluated again when this process starts again; nobody else could take it.
    }

    public IDisposable SubscribeKills(Action<string> handler)
    {
        lock (gate)
        {
            killHandlers = [.. killHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    private Channel<TriggerJob> Lane(bool isRealtime) => isRealtime ? realtimeLane : pollingLane;

    private sealed class Subscription(TriggerJobQueue queue, Action<string> handler) : IDisposable
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
