using Kestra.Model.Cluster;

namespace Kestra.Hosting.Liveness;

/// <summary>One service of this process: what it is and, by its own view, how it is.</summary>
/// <param name="id">UUID; of a worker, the one that its claims and attempts name.</param>
/// <param name="props">Facts about the service; null is none.</param>
/// <param name="metrics">Figures that go with each sign of life; null is none.</param>
public sealed class LocalService(ServiceType type, string id, IReadOnlyDictionary<string, object?>? props = null, Func<IReadOnlyList<ServiceMetric>>? metrics = null) : IDisposable
{
    public ServiceType Type => type;
    public string Id => id;

    /// <summary>Null until the service has registered.</summary>
    public ServiceState? State { get; internal set; }

    internal IReadOnlyDictionary<string, object?> Props { get; } = props ?? new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>What was registered, in case that the row disappears.</summary>
    internal ServiceInstance? Registered { get; set; }

    /// <summary>When the last sign that arrived was sent; a time stamp of the clock's.</summary>
    internal long LastSign { get; set; }

    /// <summary>One sign at a time, so that a later one never overtakes an earlier one.</summary>
    internal SemaphoreSlim Signing { get; } = new(1);

    /// <summary>Whether the last sign did not arrive.</summary>
    internal bool IsMute { get; set; }

    public void Dispose() => Signing.Dispose();

    internal IReadOnlyList<ServiceMetric> Metrics() => metrics?.Invoke() ?? [];
}
