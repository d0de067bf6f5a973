using Kestra.Storage.Executions;

namespace Kestra.Hosting.Leases;

/// <summary>What a process does with the leases that it has. Called by one <see cref="LeaseKeeper"/>, one call at a time.</summary>
public interface ILeaseHolder
{
    /// <summary>What it has now. It may lose some by itself, between two calls too.</summary>
    IReadOnlyList<PartitionLease> Held { get; }

    /// <summary>Begins the work of a lease that was just taken.</summary>
    Task TakeUpAsync(PartitionLease lease, CancellationToken cancellationToken);

    /// <summary>Ends the work of a lease and gives it back.</summary>
    Task GiveBackAsync(PartitionLease lease, CancellationToken cancellationToken);

    /// <summary>Another process has the lease; nothing more may be done with it. What it throws ends the keeper.</summary>
    Task LoseAsync(PartitionLease lease);
}
