using System.Collections.Concurrent;

namespace Kestra.Worker.Logs;

/// <summary>The secrets that the runs of each execution have seen on this worker, so that a later task's log hides what an earlier one read.</summary>
internal sealed class RunMasks
{
    private readonly ConcurrentDictionary<string, Entry> masks = new(StringComparer.Ordinal);

    /// <summary>The mask of an execution; a trigger's evaluation has one of its own.</summary>
    public SecretMask Of(string? executionId) => executionId is null ? new SecretMask() : masks.TryGetValue(executionId, out var entry) ? entry.Mask : new SecretMask();

    /// <summary>A run of the execution begins: its mask is kept until the last of them ends.</summary>
    public void Enter(string executionId) => masks.AddOrUpdate(executionId, _ => new Entry(new SecretMask(), 1), (_, entry) => entry with { Runs = entry.Runs + 1 });

    public void Leave(string executionId)
    {
        while (masks.TryGetValue(executionId, out var entry))
        {
            if (entry.Runs <= 1 ? masks.TryRemove(KeyValuePair.Create(executionId, entry)) : masks.TryUpdate(executionId, entry with { Runs = entry.Runs - 1 }, entry))
            {
                return;
            }
        }
    }

    private sealed record Entry(SecretMask Mask, int Runs);
}
