using System.Collections;
using Kestra.Expressions.Compilation;

namespace Kestra.Expressions.Values;

/// <summary>What <c>split</c> gives: indexable and iterable, and yet not a list for the filters that want one.</summary>
internal sealed class StringArray(IReadOnlyList<object?> items) : IReadOnlyList<object?>
{
    public object? this[int index] => items[index];

    public int Count => items.Count;

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A list that no expression can change: what <c>flatten</c> gives.</summary>
internal sealed class FixedList(IReadOnlyList<object?> items) : IReadOnlyList<object?>
{
    public object? this[int index] => items[index];

    public int Count => items.Count;

    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A part of a list that stays connected with it: what <c>slice</c> and <c>chunk</c> give. Changing the part changes the whole.</summary>
internal sealed class ListView(Frame frame, IReadOnlyList<object?> source, int start, int count) : IReadOnlyList<object?>
{
    public object? this[int index] => index >= 0 && index < Count ? Source[start + index] : throw new ArgumentOutOfRangeException(nameof(index));

    public int Count { get; private set; } = count;

    private IReadOnlyList<object?> Source => (IReadOnlyList<object?>)frame.Current(source)!;

    /// <summary>Puts other elements in the place of the part.</summary>
    public void Replace(IReadOnlyList<object?> items)
    {
        frame.Change(source, list =>
        {
            list.RemoveRange(start, Count);
            list.InsertRange(start, items);
        });
        Count = items.Count;
    }

    public IEnumerator<object?> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Keys or values of a map: iterable, not indexable.</summary>
/// <param name="isSet">Keys are a set, which equals a set with the same elements.</param>
internal sealed class ValueCollection(IReadOnlyList<object?> items, bool isSet) : IReadOnlyCollection<object?>
{
    public IReadOnlyList<object?> Items { get; } = items;

    public bool IsSet { get; } = isSet;

    public int Count => Items.Count;

    public IEnumerator<object?> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
