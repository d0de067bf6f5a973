using System.Collections.Concurrent;

namespace Kestra.Worker.Triggers;

/// <summary>
/// The places in which triggers run. They are not those of tasks, so that neither waits for the other; realtime triggers, which
/// never end, have places of their own.
/// </summary>
internal sealed class TriggerSlots(WorkerOptions options) : IDisposable
{
    private readonly ConcurrentBag<int> numbers = [.. Enumerable.Range(0, options.EffectiveTriggerThreads)];
    private readonly SemaphoreSlim polling = new(options.EffectiveTriggerThreads);
    private readonly SemaphoreSlim realtime = new(options.RealtimeTriggers);
    private int usedByPolling;
    private int usedByRealtime;

    /// <summary>Called on any thread when a place has become free.</summary>
    public Action? Freed { get; set; }

    /// <summary>Places in which nothing runs.</summary>
    public int Free(bool isRealtime) => isRealtime
        ? options.RealtimeTriggers - Volatile.Read(ref usedByRealtime)
        : options.EffectiveTriggerThreads - Volatile.Read(ref usedByPolling);

    /// <summary>Waits until there is a place, which is then kept for <see cref="Enter"/>.</summary>
    public Task WaitAsync(bool isRealtime, CancellationToken cancellationToken) => (isRealtime ? realtime : polling).WaitAsync(cancellationToken);

    /// <returns>The number of the place, which logs name; realtime triggers share one.</returns>
    public int Enter(bool isRealtime)
    {
        if (isRealtime)
        {
            Interlocked.Increment(ref usedByRealtime);
            return options.EffectiveTriggerThreads;
        }

        Interlocked.Increment(ref usedByPolling);
        numbers.TryTake(out var number);
        return number;
    }

    public void Leave(bool isRealtime, int number)
    {
        if (isRealtime)
        {
            Interlocked.Decrement(ref usedByRealtime);
            realtime.Release();
        }
        else
        {
            numbers.Add(number);
            Interlocked.Decrement(ref usedByPolling);
            polling.Release();
        }

        Freed?.Invoke();
    }

    public void Dispose()
    {
        polling.Dispose();
        realtime.Dispose();
    }
}
