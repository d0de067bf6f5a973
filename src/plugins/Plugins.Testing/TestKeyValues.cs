using NodaTime;

namespace Kestra.Plugins.Testing;

/// <summary>A key-value store in memory.</summary>
public sealed class TestKeyValues(TimeProvider time) : INamespaceKeyValues
{
    private readonly SortedDictionary<string, (object? Value, Instant? Expires)> entries = new(StringComparer.Ordinal);

    /// <summary>The value of a key as it was stored.</summary>
    public object? this[string key] => entries[key].Value;

    public Task<FoundValue?> FindAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(entries.TryGetValue(key, out var entry) && !IsOver(entry.Expires) ? new FoundValue(entry.Value) : null);

    public Task PutAsync(string key, object? value, string? description, Duration? timeToLive, bool overwrite, CancellationToken cancellationToken)
    {
        if (!overwrite && entries.ContainsKey(key))
        {
            throw new InvalidOperationException($"Cannot set value for key '{key}'. Key already exists and `overwrite` is set to `false`.");
        }

        entries[key] = (value, timeToLive is { } limit ? Now + limit : null);
        return Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string key, CancellationToken cancellationToken) => Task.FromResult(entries.Remove(key));

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([.. entries.Where(entry => !IsOver(entry.Value.Expires)).Select(static entry => entry.Key)]);

    public Task<IReadOnlyList<string>> ListExpiredAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([.. entries.Where(entry => IsOver(entry.Value.Expires)).Select(static entry => entry.Key)]);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private bool IsOver(Instant? expires) => expires < Now;
}
