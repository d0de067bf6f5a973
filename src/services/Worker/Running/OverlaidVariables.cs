using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Worker.Running;

/// <summary>Variables with some more in front; neither map is copied.</summary>
internal sealed class OverlaidVariables(IReadOnlyDictionary<string, object?> front, IReadOnlyDictionary<string, object?> back) : IReadOnlyDictionary<string, object?>
{
    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);

    public IEnumerable<string> Keys => front.Keys.Concat(back.Keys.Where(key => !front.ContainsKey(key)));

    public IEnumerable<object?> Values => Keys.Select(key => this[key]);

    public int Count => front.Count + back.Keys.Count(key => !front.ContainsKey(key));

    public bool ContainsKey(string key) => front.ContainsKey(key) || back.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => front.TryGetValue(key, out value) || back.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Keys.Select(key => KeyValuePair.Create(key, this[key])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
