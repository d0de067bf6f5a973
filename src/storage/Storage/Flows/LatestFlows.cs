using System.Collections.Concurrent;

namespace Kestra.Storage.Flows;

/// <summary>
/// Latest revisions that were read a moment ago, so that a flow which is started all the time is not read each time. A change
/// by this process is seen at once, one by another process when the database tells of it; while it can't tell, nothing is
/// remembered. Whatever is missed, nothing is remembered for longer than a second.
/// </summary>
/// <param name="isTold">Whether changes by other processes are told now.</param>
public sealed class LatestFlows(Func<bool> isTold, TimeProvider time)
{
    private const int Capacity = 2_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Tenant, string Namespace, string Id), (StoredFlow? Flow, long ReadAt)> known = new();
    private long generation;

    /// <summary>The latest revision, a deletion included; null when there is none.</summary>
    public async Task<StoredFlow?> FindAsync((string Tenant, string Namespace, string Id) key, Func<Task<StoredFlow?>> read)
    {
        if (isTold() && known.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.ReadAt) < Lifetime)
        {
            return entry.Flow;
        }

        var (before, readAt) = (Interlocked.Read(ref generation), time.GetTimestamp());
        var flow = await read();
        if (known.Count >= Capacity)
        {
            known.Clear();
        }

        known[key] = (flow, readAt);

        // What was read before a change must not stay after it; the change itself may come before or after this line.
        if (Interlocked.Read(ref generation) != before)
        {
            known.TryRemove(key, out _);
        }

        return flow;
    }

    /// <summary>Something was stored.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref generation);
        known.Clear();
    }
}
