using System.Globalization;

namespace Kestra.Flows.Defaults;

/// <summary>Takes properties that no class has out of a map, so that what is left can be bound.</summary>
internal static class UnknownProperties
{
    /// <param name="paths">Of the properties to leave out, as documents write them.</param>
    public static IReadOnlyDictionary<string, object?> Without(IReadOnlyDictionary<string, object?> raw, IReadOnlySet<string> paths) =>
        paths.Count == 0 ? raw : Map(raw, "", paths);

    private static OrderedDictionary<string, object?> Map(IReadOnlyDictionary<string, object?> map, string path, IReadOnlySet<string> paths)
    {
        var kept = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (!paths.Contains(at))
            {
                kept[key] = Value(value, at, paths);
            }
        }

        return kept;
    }

    private static object? Value(object? value, string path, IReadOnlySet<string> paths) => value switch
    {
        IReadOnlyDictionary<string, object?> map => Map(map, path, paths),
        IReadOnlyList<object?> list => list.Select((item, index) => Value(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), paths)).ToList(),
        _ => value,
    };
}
