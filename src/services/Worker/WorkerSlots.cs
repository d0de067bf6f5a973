using System.Collections.Concurrent;

namespace Kestra.Worker;

/// <summary>The places in which tasks run. Each has a number, which logs name.</summary>
internal sealed class WorkerSlots(WorkerOptions options) : IDisposable
{
    private readonly ConcurrentBag<int> numbers = [.. Enumerable.Range(0, options.EffectiveThreads)];
    private readonly SemaphoreSlim places = new(options.EffectiveThreads);
    private int used;

    /// <summary>Called on any thread when a slot has become free.</summary>
    public Action? Freed { get; set; }

    /// <summary>Slots in which nothing runs.</summary>
    public int Free => options.EffectiveThreads - Volatile.Read(ref used);

    /// <summary>Waits until there is a slot, which is then kept for <see cref="Enter"/>.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => places.WaitAsync(cancellationToken);

    /// <returns>The number of the slot.</returns>
    public int Enter()
    {
        Interlocked.Increment(ref used);
        numbers.TryTake(out var number);
        return number;
    }

    public void Leave(int number)
    {
        numbers.Add(number);
        Interlocked.Decrement(ref used);
        places.Release();
        Freed?.Invoke();
    }

    public void Dispose() => places.Dispose();
}
