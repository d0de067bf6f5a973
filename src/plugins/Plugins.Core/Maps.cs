namespace Kestra.Plugins.Core;

/// <summary>Operations on maps of values.</summary>
internal static class Maps
{
    /// <summary>A deep merge: maps inside maps are merged, any other value of <paramref name="over"/> replaces the one below.</summary>
    public static OrderedDictionary<string, object?> Merged(IReadOnlyDictionary<string, object?>? under, IReadOnlyDictionary<string, object?> over)
    {
        var merged = new OrderedDictionary<string, object?>(under ?? new OrderedDictionary<string, object?>(), StringComparer.Ordinal);
        foreach (var (key, value) in over)
        {
            merged[key] = value is IReadOnlyDictionary<string, object?> map && merged.GetValueOrDefault(key) is IReadOnlyDictionary<string, object?> known ? Merged(known, map) : value;
        }

        return merged;
    }

    /// <summary>Without the entry at a path of keys.</summary>
    /// <returns>Null when there is no such entry.</returns>
    public static OrderedDictionary<string, object?>? Without(IReadOnlyDictionary<string, object?> map, ReadOnlySpan<string> path)
    {
        if (!map.TryGetValue(path[0], out var value))
        {
            return null;
        }

        var left = new OrderedDictionary<string, object?>(map, StringComparer.Ordinal);
        if (path.Length == 1)
        {
            left.Remove(path[0]);
            return left;
        }

        if (value is not IReadOnlyDictionary<string, object?> inner || Without(inner, path[1..]) is not { } rest)
        {
            return null;
        }

        left[path[0]] = rest;
        return left;
    }
}
