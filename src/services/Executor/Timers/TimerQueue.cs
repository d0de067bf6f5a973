using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Timers;

/// <summary>
/// The timers of the owned partitions in memory, ordered by due date. Setting a key again replaces its timer. A replaced or
/// cancelled entry stays in the heap until it comes up, and is then recognised by its number; the heap is rebuilt when
/// more than half of it is such leftovers, so it never grows beyond twice the live timers.
/// </summary>
internal sealed class TimerQueue
{
    private readonly Dictionary<string, Entry> live = new(StringComparer.Ordinal);
    private PriorityQueue<Entry, (Instant DueAt, long Number)> heap = new();
    private long lastNumber;

    public int Count => live.Count;

    /// <summary>All timers, in no order.</summary>
    public IEnumerable<ExecutionTimer> All => live.Values.Select(static entry => entry.Timer);

    /// <summary>When the next timer is due; null when there is none.</summary>
    public Instant? NextDue
    {
        get
        {
            DropLeftovers();
            return heap.TryPeek(out _, out var priority) ? priority.DueAt : null;
        }
    }

    public void Set(in ExecutionTimer timer)
    {
        var entry = new Entry(timer, ++lastNumber);
        live[timer.Key] = entry;
        heap.Enqueue(entry, (timer.DueAt, entry.Number));
        if (heap.Count > 64 && heap.Count > live.Count * 2)
        {
            Rebuild();
        }
    }

    public ExecutionTimer? Find(string key) => live.TryGetValue(key, out var entry) ? entry.Timer : null;

    public bool Cancel(string key) => live.Remove(key);

    /// <summary>Cancels every timer of one execution. Rare (a deletion), so it may look at all of them.</summary>
    public void CancelAll(string executionId)
    {
        foreach (var key in live.Where(entry => entry.Value.Timer.ExecutionId == executionId).Select(entry => entry.Key).ToList())
        {
            live.Remove(key);
        }
    }

    /// <summary>Forgets the timers of a partition that another process has from now on.</summary>
    public void Forget(int partition)
    {
        foreach (var key in live.Where(entry => entry.Value.Timer.Partition == partition).Select(entry => entry.Key).ToList())
        {
            live.Remove(key);
        }
    }

    /// <summary>Takes the next timer that is due at the given time, if any.</summary>
    public bool TryTake(Instant now, out ExecutionTimer timer)
    {
        DropLeftovers();
        if (heap.TryPeek(out var entry, out var priority) && priority.DueAt <= now)
        {
            heap.Dequeue();
            live.Remove(entry.Timer.Key);
            timer = entry.Timer;
            return true;
        }

        timer = default;
        return false;
    }

    private void DropLeftovers()
    {
        while (heap.TryPeek(out var entry, out _) && !IsLive(entry))
        {
            heap.Dequeue();
        }
    }

    private bool IsLive(Entry entry) => live.TryGetValue(entry.Timer.Key, out var current) && current.Number == entry.Number;

    private void Rebuild() => heap = new(live.Values.Select(entry => (entry, (entry.Timer.DueAt, entry.Number))));

    private sealed record Entry(ExecutionTimer Timer, long Number);
}
