using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Engine.Variables;

/// <summary>The variable tree that expressions see: a small map whose large parts are shared, taken at one moment and never changing afterwards.</summary>
internal sealed class RunVariables : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, object?> values = new(16, StringComparer.Ordinal);

    public object? this[string key]
    {
        get => values[key];
        init => values[key] = value;
    }

    public void Add(string key, object? value) => values[key] = value;

    public IEnumerable<string> Keys => values.Keys;
    public IEnumerable<object?> Values => values.Values;
    public int Count => values.Count;

    public bool ContainsKey(string key) => values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value) => values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
