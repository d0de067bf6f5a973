using System.Globalization;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Review;

/// <summary>Finds what is deprecated: properties of the flow, and in its lists the elements and their properties.</summary>
internal static class Deprecations
{
    private static readonly string[] TaskLists = ["tasks", "errors", "finally", "afterExecution"];
    private static readonly string[] FlowProperties = ["listeners", "taskDefaults"];

    /// <returns>Paths such as <c>tasks[0]</c> or <c>inputs[3].options</c>.</returns>
    public static IEnumerable<string> Of(Flow flow, IReadOnlyDictionary<string, object?> raw, IPluginCatalog catalog) =>
    [
        .. TaskLists.Append("triggers").SelectMany(list => Items(raw, list).SelectMany(item => Plugin(item.Map, item.Path, catalog))),
        .. FlowProperties.Where(name => raw.GetValueOrDefault(name) is not null),
        .. Items(raw, "inputs").SelectMany(item => Input(item.Map, item.Path)),
    ];

    private static IEnumerable<(IReadOnlyDictionary<string, object?> Map, string Path)> Items(IReadOnlyDictionary<string, object?> raw, string list) =>
        (raw.GetValueOrDefault(list) as IReadOnlyList<object?> ?? []).Index()
            .Where(item => item.Item is IReadOnlyDictionary<string, object?>)
            .Select(item => ((IReadOnlyDictionary<string, object?>)item.Item!, string.Create(CultureInfo.InvariantCulture, $"{list}[{item.Index}]")));

    private static IEnumerable<string> Plugin(IReadOnlyDictionary<string, object?> map, string path, IPluginCatalog catalog)
    {
        if (map.GetValueOrDefault("type") is not string type || catalog.Find(type) is not { } plugin)
        {
            return [];
        }

        var deprecated = plugin.Properties.Where(property => property.Deprecated).Select(property => property.Name);
        if (plugin.Kind == PluginKind.Trigger)
        {
            deprecated = deprecated.Append("minLogLevel").Distinct(StringComparer.Ordinal);
        }

        return [.. plugin.Deprecated ? [path] : Array.Empty<string>(), .. deprecated.Where(name => map.GetValueOrDefault(name) is not null).Select(name => $"{path}.{name}")];
    }

    private static IEnumerable<string> Input(IReadOnlyDictionary<string, object?> map, string path)
    {
        var type = map.GetValueOrDefault("type") as string;
        if (type == nameof(InputType.ENUM))
        {
            yield return path;
        }

        foreach (var name in new[] { "name", type == nameof(InputType.MULTISELECT) ? "options" : "", type == nameof(InputType.FILE) ? "extension" : "" })
        {
            if (name.Length > 0 && map.GetValueOrDefault(name) is not null)
            {
                yield return $"{path}.{name}";
            }
        }
    }
}
