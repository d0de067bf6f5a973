using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Defaults;

/// <summary>Puts plugin defaults into the raw map of a flow (§1.7 of the model).</summary>
public static class PluginDefaultMerge
{
    /// <param name="defaults">In order of importance: those of the flow first.</param>
    /// <param name="catalog">Knows the class of an alias.</param>
    public static IReadOnlyDictionary<string, object?> Apply(IReadOnlyDictionary<string, object?> flow, IReadOnlyList<PluginDefault> defaults, IPluginCatalog catalog)
    {
        var all = defaults.Where(entry => entry.Values is not null)
            .SelectMany(entry => catalog.Find(entry.Type) is { } plugin && plugin.Type != entry.Type ? new[] { entry, entry with { Type = plugin.Type } } : [entry])
            .OrderByDescending(entry => entry.Type.Length)
            .ToList();
        if (all.Count == 0)
        {
            return flow;
        }

        var merged = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in flow)
        {
            merged[key] = key == "pluginDefaults" ? value : Visit(value, all);
        }

        return merged;
    }

    /// <summary>Two maps as one: maps recurse, lists are put behind each other, of two scalars the second wins unless it is null.</summary>
    public static OrderedDictionary<string, object?> Merge(IReadOnlyDictionary<string, object?> first, IReadOnlyDictionary<string, object?> second)
    {
        var merged = new OrderedDictionary<string, object?>(first, StringComparer.Ordinal);
        foreach (var (key, value) in second)
        {
            merged[key] = (merged.GetValueOrDefault(key), value) switch
            {
                (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) => Merge(a, b),
                (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Concat(b).ToList(),
                (var old, null) => old,
                _ => value,
            };
        }

        return merged;
    }

    private static object? Visit(object? value, List<PluginDefault> defaults) => value switch
    {
        IReadOnlyDictionary<string, object?> map => VisitMap(map, defaults),
        IReadOnlyList<object?> list => list.Select(item => Visit(item, defaults)).ToList(),
        _ => value,
    };

    private static OrderedDictionary<string, object?> VisitMap(IReadOnlyDictionary<string, object?> map, List<PluginDefault> defaults)
    {
        var visited = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, item) in map)
        {
            visited[key] = Visit(item, defaults);
        }

        if (map.GetValueOrDefault("type") is not string type)
        {
            return visited;
        }

        var matching = defaults.Where(entry => type.StartsWith(entry.Type, StringComparison.Ordinal)).ToList();
        foreach (var entry in matching.Where(entry => !entry.Forced))
        {
            visited = Merge(entry.Values!, visited);
        }

        foreach (var entry in matching.Where(entry => entry.Forced).Reverse())
        {
            visited = Merge(visited, entry.Values!);
        }

        return visited;
    }
}
