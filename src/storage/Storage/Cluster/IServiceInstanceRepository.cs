using Kestra.Model.Cluster;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Cluster;

/// <summary>The services of all processes on this database, a row each. Rows outlive their services, until they are purged.</summary>
public interface IServiceInstanceRepository
{
    Task<ServiceInstance?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>All instances in one of these states, the oldest first.</summary>
    Task<IReadOnlyList<ServiceInstance>> FindAllAsync(IReadOnlyCollection<ServiceState> states, CancellationToken cancellationToken);

    /// <summary>A page, the newest first. Sort fields: <c>id, type, state, createdAt, updatedAt</c>.</summary>
    Task<Page<ServiceInstance>> SearchAsync(ServiceQuery query, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Creates or replaces the row, whatever state it tells: a service registers, or insists on its own view.</summary>
    Task SaveAsync(ServiceInstance instance, CancellationToken cancellationToken);

    /// <summary>Changes the state as stored, or gives a sign of life when the state stays. Waits for whoever holds the row.</summary>
    Task<ServiceTransition> TransitAsync(string id, ServiceSign sign, CancellationToken cancellationToken);

    /// <summary>
    /// Holds one row while its case is decided and dealt with, so that of several coordinators one does it. What the work
    /// returns is saved; null leaves the row as it is, and so does an exception, which comes out.
    /// </summary>
    /// <param name="work">Gets the row as stored. It may take long and use the store, but not this row.</param>
    /// <returns>False when the row is gone or somebody else holds it: nothing was done.</returns>
    Task<bool> HoldAsync(string id, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken);

    Task<bool> DeleteAsync(string id, CancellationToken cancellationToken);

    /// <summary>Deletes inactive rows that were last touched before a moment, at most <paramref name="limit"/>.</summary>
    /// <returns>Rows deleted.</returns>
    Task<int> PurgeAsync(Instant before, int limit, CancellationToken cancellationToken);
}

/// <summary>What a service tells of itself.</summary>
/// <param name="State">Its state; the stored one for a mere sign of life.</param>
/// <param name="Reason">A sentence for people; null when there is nothing to say.</param>
/// <param name="Metrics">Replace the stored ones; null keeps them.</param>
public sealed record ServiceSign(ServiceState State, Instant At, string? Reason = null, IReadOnlyList<ServiceMetric>? Metrics = null)
{
    /// <returns>Null when the stored state refuses.</returns>
    public ServiceInstance? ApplyTo(ServiceInstance stored) => stored.To(State, At, Reason) is { } changed
        ? changed with { Metrics = Metrics ?? changed.Metrics }
        : null;
}

/// <param name="Stored">The row as it is now; null when there is none.</param>
/// <param name="Accepted">Whether the sign was taken.</param>
public readonly record struct ServiceTransition(ServiceInstance? Stored, bool Accepted);

/// <param name="Types">Null takes all.</param>
/// <param name="States">Null takes all.</param>
public sealed record ServiceQuery(IReadOnlyCollection<ServiceType>? Types = null, IReadOnlyCollection<ServiceState>? States = null);
