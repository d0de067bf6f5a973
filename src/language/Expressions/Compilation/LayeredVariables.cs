using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Kestra.Expressions.Compilation;

/// <summary>Root variables with the variables of a template before them: what <c>render()</c> sees.</summary>
/// <param name="hidden">Names exist and all values are null: what <c>render()</c> sees inside a macro.</param>
internal sealed class LayeredVariables(Scope? scope, IReadOnlyDictionary<string, object?> root, bool hidden) : IReadOnlyDictionary<string, object?>
{
    public int Count => All().Count();

    public IEnumerable<string> Keys => All().Select(static pair => pair.Key);

    public IEnumerable<object?> Values => All().Select(static pair => pair.Value);

    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no variable '{key}'");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        for (var current = scope; current is not null; current = current.Outer)
        {
            if (current.TryGet(key, out value))
            {
                value = hidden ? null : value;
                return true;
            }
        }

        var found = root.TryGetValue(key, out value);
        value = hidden ? null : value;
        return found;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => All().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<KeyValuePair<string, object?>> All()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var current = scope; current is not null; current = current.Outer)
        {
            foreach (var pair in current.Entries)
            {
                if (seen.Add(pair.Key))
                {
                    yield return hidden ? KeyValuePair.Create(pair.Key, (object?)null) : pair;
                }
            }
        }

        foreach (var pair in root)
        {
            if (!seen.Contains(pair.Key))
            {
                yield return hidden ? KeyValuePair.Create(pair.Key, (object?)null) : pair;
            }
        }
    }
}
