using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Model.Json;

/// <summary>
/// A map of values as the JSON in which it is written, read when somebody looks into it. Most of what comes in with a request is
/// stored and answered without that, and takes a tenth of the memory until then.
/// </summary>
/// <param name="json">An object as <see cref="ValueWriter"/> would write it.</param>
internal sealed class UnreadMap(byte[] json) : IReadOnlyDictionary<string, object?>
{
    private IReadOnlyDictionary<string, object?>? values;

    public ReadOnlySpan<byte> Json => json;

    public int Count => Values.Count;

    public IEnumerable<string> Keys => Values.Keys;

    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => Values.Values;

    // Two who read it at the same moment read the same.
    private IReadOnlyDictionary<string, object?> Values => Volatile.Read(ref values) ?? Interlocked.CompareExchange(ref values, Read(), null) ?? values;

    public object? this[string key] => Values[key];

    public bool ContainsKey(string key) => Values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => Values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IReadOnlyDictionary<string, object?> Read() => (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(json)!;
}
