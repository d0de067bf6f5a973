using NodaTime;

namespace Kestra.Scheduler;

/// <summary>
/// Triggers in the order of their dates. An entry that moves leaves its former place behind, void, until that comes up or the
/// queue is built anew because more than half of it is such places.
/// </summary>
internal sealed class DueQueue
{
    private const int SmallQueue = 256;
    private PriorityQueue<(TriggerEntry Entry, int Place), Instant> queue = new();
    private int waiting;

    /// <summary>Places in memory, void ones included; at most twice the entries that wait for a date, and a few.</summary>
    public int Places => queue.Count;

    /// <summary>Puts an entry where its date belongs; its former place is void.</summary>
    public void Place(TriggerEntry entry)
    {
        Remove(entry);
        if (entry.Due is { } due)
        {
            waiting++;
            entry.IsQueued = true;
            queue.Enqueue((entry, entry.Place), due);
            if (queue.Count > SmallQueue && queue.Count > waiting * 2)
            {
                Rebuild();
            }
        }
    }

    public void Remove(TriggerEntry entry)
    {
        entry.Place++;
        if (entry.IsQueued)
        {
            entry.IsQueued = false;
            waiting--;
        }
    }

    public void Clear()
    {
        while (queue.TryDequeue(out var item, out _))
        {
            Remove(item.Entry);
        }
    }

    /// <summary>The date of the first entry; null when none waits for a date.</summary>
    public Instant? Next()
    {
        DropVoid();
        return queue.TryPeek(out _, out var due) ? due : null;
    }

    /// <summary>Takes the first entry out if it is due.</summary>
    public bool TryTake(Instant now, out TriggerEntry entry)
    {
        DropVoid();
        if (queue.TryPeek(out var first, out var due) && due <= now)
        {
            queue.Dequeue();
            Remove(first.Entry);
            entry = first.Entry;
            return true;
        }

        entry = null!;
        return false;
    }

    private void DropVoid()
    {
        while (queue.TryPeek(out var first, out _) && first.Place != first.Entry.Place)
        {
            queue.Dequeue();
        }
    }

    private void Rebuild() => queue = new(queue.UnorderedItems.Where(static item => item.Element.Place == item.Element.Entry.Place));
}
