using Kestra.Plugins.Description;

namespace Kestra.Flows.Review;

/// <summary>Finds plugin types that are written under an older name.</summary>
internal static class Aliases
{
    /// <returns>One text for each value of a map that is an alias, in the order of the source.</returns>
    public static IEnumerable<string> In(object? raw, IPluginCatalog catalog) => raw switch
    {
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(value => value is string text ? Of(text, catalog) : In(value, catalog)),
        IReadOnlyList<object?> list => list.SelectMany(item => item is string ? [] : In(item, catalog)),
        _ => [],
    };

    private static IEnumerable<string> Of(string text, IPluginCatalog catalog) =>
        catalog.Find(text) is { } plugin && plugin.Type != text ? [$"{text} is replaced by {plugin.Type}"] : [];
}
