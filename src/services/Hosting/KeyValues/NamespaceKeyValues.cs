using Kestra.Plugins;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Objects;
using NodaTime;

namespace Kestra.Hosting.KeyValues;

/// <summary>The key-value store of one namespace as plugins see it.</summary>
public sealed class NamespaceKeyValues(IObjectStorage objects, string tenantId, string @namespace, TimeProvider time) : INamespaceKeyValues
{
    private readonly KeyValueStore store = new(objects, tenantId, @namespace, time);

    public async Task<FoundValue?> FindAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(key, cancellationToken) is { } found ? new FoundValue(found.Value) : null;
        }
        catch (KeyValueExpiredException)
        {
            return null;
        }
    }

    public Task PutAsync(string key, object? value, string? description, Duration? timeToLive, bool overwrite, CancellationToken cancellationToken) =>
        store.PutAsync(key, value, description, timeToLive, overwrite, cancellationToken);

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(withExpired: false, cancellationToken)).Select(static entry => entry.Key)];

    public async Task<IReadOnlyList<string>> ListExpiredAsync(CancellationToken cancellationToken)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        return [.. (await store.ListAsync(withExpired: true, cancellationToken)).Where(entry => entry.ExpirationDate < now).Select(static entry => entry.Key)];
    }
}
