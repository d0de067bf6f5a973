using System.Collections;

namespace Kestra.Expressions.Values;

/// <summary>The text that a macro gives back: prints as text, and equals no string.</summary>
internal sealed record SafeString(string Text)
{
    public override string ToString() => Text;
}

/// <summary>What <c>split</c> gives: indexable and iterable, and yet not a list for the filters that want one.</summary>
internal sealed class StringArray(IReadOnlyList<object?> items) : IReadOnlyList<object?>
{
    public object? this[int index] => items[index];

    public int Count => items.Count;

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Keys or values of a map: iterable, not indexable.</summary>
internal sealed class ValueCollection(IReadOnlyList<object?> items) : IReadOnlyCollection<object?>
{
    public IReadOnlyList<object?> Items { get; } = items;

    public int Count => Items.Count;

    public IEnumerator<object?> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One entry of a map that is iterated.</summary>
internal sealed record MapEntry(object? Key, object? Value);

/// <summary>A map whose order is that of Java's hash tables: literals and what some filters make.</summary>
internal sealed class HashMapValue : OrderedDictionary<string, object?>
{
    private HashMapValue()
        : base(StringComparer.Ordinal)
    {
    }

    /// <param name="capacity">The size that was asked for.</param>
    public static HashMapValue Of(IEnumerable<KeyValuePair<string, object?>> entries, int capacity)
    {
        var unique = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
        {
            unique[key] = value;
        }

        var size = 1;
        while (size < capacity || unique.Count > size * 0.75)
        {
            size *= 2;
        }

        var map = new HashMapValue();
        foreach (var (key, value) in unique.OrderBy(entry => Bucket(entry.Key, size)))
        {
            map[key] = value;
        }

        return map;
    }

    private static int Bucket(string key, int size)
    {
        var hash = 0;
        foreach (var unit in key)
        {
            hash = unchecked((31 * hash) + unit);
        }

        hash ^= (int)((uint)hash >> 16);
        return hash & (size - 1);
    }
}
