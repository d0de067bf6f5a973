using Kestra.Model.Cluster;
using Kestra.Storage.Cluster;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryServiceInstanceRepository(MemoryDatabase database) : IServiceInstanceRepository
{
    private static readonly Dictionary<string, Func<ServiceInstance, IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = static row => row.Id,
        ["type"] = static row => row.Type.ToString(),
        ["state"] = static row => row.State.ToString(),
        ["createdAt"] = static row => row.CreatedAt,
        ["updatedAt"] = static row => row.UpdatedAt,
    };

    public Task<ServiceInstance?> FindAsync(string id, CancellationToken cancellationToken) => database.DoAsync(() => database.Services.GetValueOrDefault(id), cancellationToken);

    public Task<IReadOnlyList<ServiceInstance>> FindAllAsync(IReadOnlyCollection<ServiceState> states, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<ServiceInstance>>(
        () => [.. database.Services.Values.Where(row => states.Contains(row.State)).OrderBy(static row => row.CreatedAt).ThenBy(static row => row.Id, StringComparer.Ordinal)],
        cancellationToken);

    public Task<Page<ServiceInstance>> SearchAsync(ServiceQuery query, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () => Ordering.Page(
            database.Services.Values.Where(row => query.Types?.Contains(row.Type) != false && query.States?.Contains(row.State) != false).ToList(),
            page,
            Fields,
            static (left, right) => right.CreatedAt.CompareTo(left.CreatedAt) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id)),
        cancellationToken);

    public Task SaveAsync(ServiceInstance instance, CancellationToken cancellationToken) => WhenFreeAsync<object?>(
        instance.Id,
        () =>
        {
            database.Services[instance.Id] = instance;
            return null;
        },
        cancellationToken);

    public Task<ServiceTransition> TransitAsync(string id, ServiceSign sign, CancellationToken cancellationToken) => WhenFreeAsync(
        id,
        () =>
        {
            if (!database.Services.TryGetValue(id, out var stored) || sign.ApplyTo(stored) is not { } changed)
            {
                return new ServiceTransition(stored, false);
            }

            database.Services[id] = changed;
            return new ServiceTransition(changed, true);
        },
        cancellationToken);

    public async Task<bool> HoldAsync(string id, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stored = await database.DoAsync(
            () => database.Services.TryGetValue(id, out var found) && database.HeldServices.TryAdd(id, held) ? found : null,
            cancellationToken);
        if (stored is null)
        {
            return false;
        }

        ServiceInstance? changed = null;
        try
        {
            changed = await work(stored, cancellationToken);
        }
        finally
        {
            await database.DoAsync(() => Release(id, changed), CancellationToken.None);
            held.SetResult();
        }

        return true;
    }

    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => WhenFreeAsync(id, () => database.Services.Remove(id), cancellationToken);

    public Task<int> PurgeAsync(Instant before, int limit, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var old = database.Services.Values.Where(row => row.State == ServiceState.INACTIVE && row.UpdatedAt < before && !database.HeldServices.ContainsKey(row.Id)).Take(limit).ToList();
            old.ForEach(row => database.Services.Remove(row.Id));
            return old.Count;
        },
        cancellationToken);

    private void Release(string id, ServiceInstance? changed)
    {
        database.HeldServices.Remove(id);
        if (changed is not null)
        {
            database.Services[id] = changed;
        }
    }

    private async Task<T> WhenFreeAsync<T>(string id, Func<T> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (result, holder) = await database.DoAsync(
                () => database.HeldServices.TryGetValue(id, out var held) ? (default(T)!, held.Task) : (work(), (Task?)null),
                cancellationToken);
            if (holder is null)
            {
                return result;
            }

            await holder.WaitAsync(cancellationToken);
        }
    }
}
