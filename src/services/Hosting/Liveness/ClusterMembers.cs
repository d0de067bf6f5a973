using Kestra.Model.Cluster;
using Kestra.Storage.Cluster;
using NodaTime;

namespace Kestra.Hosting.Liveness;

/// <summary>Which services of the cluster are alive.</summary>
public sealed class ClusterMembers(IServiceInstanceRepository repository, TimeProvider time)
{
    /// <summary>The services (of a type) that work, or are about to, and were heard within their own time-out; the oldest first, in the same order for everybody who asks.</summary>
    public async Task<IReadOnlyList<ServiceInstance>> LivingAsync(ServiceType type, CancellationToken cancellationToken) =>
        [.. (await LivingAsync(cancellationToken)).Where(one => one.Type == type)];

    /// <inheritdoc cref="LivingAsync(ServiceType, CancellationToken)"/>
    public async Task<IReadOnlyList<ServiceInstance>> LivingAsync(CancellationToken cancellationToken)
    {
        var instances = await repository.FindAllAsync(ServiceStates.Running, cancellationToken);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        return [.. instances.Where(one => !one.IsSilent(now))];
    }
}
