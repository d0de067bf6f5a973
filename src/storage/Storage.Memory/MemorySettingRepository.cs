using Kestra.Storage.Cluster;

namespace Kestra.Storage.Memory;

internal sealed class MemorySettingRepository(MemoryDatabase database) : ISettingRepository
{
    public Task<string?> FindAsync(string key, CancellationToken cancellationToken) => database.DoAsync(() => database.Settings.GetValueOrDefault(key), cancellationToken);

    public Task SaveAsync(string key, string value, CancellationToken cancellationToken) => database.DoAsync(() => { database.Settings[key] = value; }, cancellationToken);

    public Task<string> SaveIfAbsentAsync(string key, string value, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            database.Settings.TryAdd(key, value);
            return database.Settings[key];
        },
        cancellationToken);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => database.DoAsync(() => database.Settings.Remove(key), cancellationToken);
}
