using System.Collections.Immutable;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Partitions;

/// <summary>The partitions that this process owns. The loop changes them, between two commands; anybody may look.</summary>
public sealed class OwnedPartitions(int total)
{
    private volatile ImmutableDictionary<int, PartitionLease> leases = ImmutableDictionary<int, PartitionLease>.Empty;

    /// <summary>How many partitions there are, whoever owns them.</summary>
    public int Total => total;

    public IReadOnlyCollection<int> All => [.. leases.Keys];

    public int Count => leases.Count;

    public IReadOnlyList<PartitionLease> Leases => [.. leases.Values];

    /// <summary>Nobody else writes executions.</summary>
    public bool OwnsAll => leases.Count == total;

    public bool Owns(int partition) => leases.ContainsKey(partition);

    /// <exception cref="InvalidOperationException">The partition is not this process's.</exception>
    internal PartitionLease LeaseOf(int partition) =>
        leases.TryGetValue(partition, out var lease) ? lease : throw new InvalidOperationException($"Partition {partition} is not owned by this process.");

    /// <summary>Since which change of owner the partition is this process's; null when it is another's.</summary>
    internal long? EpochOf(int partition) => leases.GetValueOrDefault(partition)?.Epoch;

    internal void Add(PartitionLease lease) => leases = leases.SetItem(lease.Partition, lease);

    internal void Remove(int partition) => leases = leases.Remove(partition);

    internal void Clear() => leases = leases.Clear();
}
