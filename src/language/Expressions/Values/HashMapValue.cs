using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Expressions.Values;

/// <summary>
/// A map in the order of a Java hash table: literals and what some filters make. Its keys keep their types; as a value of the
/// product it is a map by the texts of its keys.
/// </summary>
internal sealed class HashMapValue : IReadOnlyDictionary<string, object?>
{
    private const int DefaultCapacity = 16;

    private readonly MapEntry[] entries;
    private readonly Dictionary<object, int> positions;

    private HashMapValue(MapEntry[] entries, Dictionary<object, int> positions)
    {
        this.entries = entries;
        this.positions = positions;
    }

    public IReadOnlyList<MapEntry> Entries => entries;

    public int Count => entries.Length;

    public IEnumerable<string> Keys => entries.Select(static entry => ValueText.Java(entry.Key));

    public IEnumerable<object?> Values => entries.Select(static entry => entry.Value);

    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no key '{key}'");

    public static HashMapValue Of(IEnumerable<KeyValuePair<string, object?>> entries, int capacity = DefaultCapacity) =>
        Of(entries.Select(static entry => new MapEntry(entry.Key, entry.Value)), capacity);

    /// <param name="capacity">The size that the original asks for; the table has the next power of two, or as many as the entries need.</param>
    public static HashMapValue Of(IEnumerable<MapEntry> entries, int capacity = DefaultCapacity)
    {
        var unique = new List<MapEntry>();
        var places = new Dictionary<object, int>(ValueIdentity.Comparer);
        foreach (var entry in entries)
        {
            if (places.TryAdd(entry.Key ?? ValueIdentity.Null, unique.Count))
            {
                unique.Add(entry);
            }
            else
            {
                var known = places[entry.Key ?? ValueIdentity.Null];
                unique[known] = unique[known] with { Value = entry.Value };
            }
        }

        var size = 1;
        while (size < capacity || unique.Count > size * 0.75)
        {
            size *= 2;
        }

        var ordered = unique.OrderBy(entry => Bucket(entry.Key, size)).ToArray();
        for (var index = 0; index < ordered.Length; index++)
        {
            places[ordered[index].Key ?? ValueIdentity.Null] = index;
        }

        return new HashMapValue(ordered, places);
    }

    /// <summary>The same keys with other values.</summary>
    public HashMapValue With(MapEntry[] values) => new(values, positions);

    /// <summary>By a key of its own type: an integer finds no text that looks like it.</summary>
    public bool TryGetExact(object? key, out object? value)
    {
        var found = positions.TryGetValue(key ?? ValueIdentity.Null, out var position);
        value = found ? entries[position].Value : null;
        return found;
    }

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (TryGetExact(key, out value))
        {
            return true;
        }

        // As a map of the product the texts of the keys count.
        var entry = Array.Find(entries, entry => entry.Key is not string && ValueText.Java(entry.Key) == key);
        value = entry?.Value;
        return entry is not null;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        foreach (var entry in entries)
        {
            yield return KeyValuePair.Create(entry.Key as string ?? ValueText.Java(entry.Key), entry.Value);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int Bucket(object? key, int size)
    {
        var hash = ValueIdentity.JavaHash(key);
        hash ^= (int)((uint)hash >> 16);
        return hash & (size - 1);
    }
}
