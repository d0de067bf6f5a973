using NodaTime;

namespace Kestra.Scheduler;

/// <summary>Triggers in the order of their dates.</summary>
internal sealed class DueQueue
{
    private readonly PriorityQueue<(TriggerEntry Entry, int Place), Instant> queue = new();

    /// <summary>Puts an entry where its date belongs; its former place is void.</summary>
    public void Place(TriggerEntry entry)
    {
        entry.Place++;
        if (entry.Due is { } due)
        {
            queue.Enqueue((entry, entry.Place), due);
        }
    }

    public static void Remove(TriggerEntry entry) => entry.Place++;

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
            first.Entry.Place++;
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
}
