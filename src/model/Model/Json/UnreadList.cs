using System.Collections;

namespace Kestra.Model.Json;

/// <summary>A list of values as JSON; see <see cref="UnreadMap"/>.</summary>
internal sealed class UnreadList(byte[] json) : IReadOnlyList<object?>
{
    private IReadOnlyList<object?>? items;

    public ReadOnlySpan<byte> Json => json;

    public int Count => Items.Count;

    private IReadOnlyList<object?> Items => Volatile.Read(ref items) ?? Interlocked.CompareExchange(ref items, Read(), null) ?? items;

    public object? this[int index] => Items[index];

    public IEnumerator<object?> GetEnumerator() => Items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyList<object?> Read() => (IReadOnlyList<object?>)ModelJson.ReadValue(json)!;
}
