using Kestra.Plugins;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Objects;
using NodaTime;

namespace Kestra.Hosting.KeyValues;

/// <summary>The key-value store of one namespace as plugins see it.</summary>
public sealed class NamespaceKeyValues(IObjectStorage objects, string tenantId, string @namespace, TimeProvider time) : INamespaceKeyValues
{
    private readonly KeyValueStore store = new(objects, tenantId, @namespace, time);

    public async Task<object?> GetAsync(string key, CancellationToken cancellationToken) => (await store.FindAsync(key, cancellationToken))?.Value;

    public Task<bool> ExistsAsync(string key, CancellationToken cancellationToken) => store.ExistsAsync(key, cancellationToken);

    public Task PutAsync(string key, object? value, string? description, Duration? timeToLive, bool overwrite, CancellationToken cancellationToken) =>
        store.PutAsync(key, value, description, timeToLive, overwrite, cancellationToken);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(withExpired: false, cancellationToken)).Select(static entry => entry.Key)];
}
