using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Engine.Variables;

/// <summary>A map that changes never: a change gives another map that shares almost everything. Lists its entries in the order they were added.</summary>
internal sealed class PersistentMap : IReadOnlyDictionary<string, object?>
{
    private readonly ImmutableDictionary<string, Entry> entries;
    private readonly long added;

    private PersistentMap(ImmutableDictionary<string, Entry> entries, long added)
    {
        this.entries = entries;
        this.added = added;
    }

    public static PersistentMap Empty { get; } = new(ImmutableDictionary.Create<string, Entry>(StringComparer.Ordinal), 0);

    public int Count => entries.Count;

    public IEnumerable<string> Keys => InOrder().Select(static pair => pair.Key);

    public IEnumerable<object?> Values => InOrder().Select(static pair => pair.Value.Value);

    public object? this[string key] => entries[key].Value;

    public bool ContainsKey(string key) => entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = entries.TryGetValue(key, out var entry);
        value = entry.Value;
        return found;
    }

    /// <summary>A key that is there keeps its place.</summary>
    public PersistentMap SetItem(string key, object? value) =>
        new(entries.SetItem(key, new Entry(entries.TryGetValue(key, out var old) ? old.Place : added, value)), added + 1);

    public PersistentMap Remove(string key) => new(entries.Remove(key), added);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        InOrder().Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IOrderedEnumerable<KeyValuePair<string, Entry>> InOrder() => entries.OrderBy(static pair => pair.Value.Place);

    private readonly record struct Entry(long Place, object? Value);
}
