using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>The names of a plugin's properties in the order of declaration.</summary>
internal static class PluginNames
{
    public static IReadOnlyList<string> Common(PluginKind kind) => kind switch
    {
        PluginKind.Task => CommonProperties.Task,
        PluginKind.Trigger => CommonProperties.Trigger,
        _ => CommonProperties.Condition,
    };

    /// <summary>The common ones, then the plugin's own.</summary>
    public static IReadOnlyList<string> All(PluginDescriptor plugin) => [.. Common(plugin.Kind).Concat(plugin.Properties.Select(property => property.Name)).Distinct(StringComparer.Ordinal)];

    /// <summary>As paths show a property: words that are reserved in the original's language have an underscore.</summary>
    public static string Shown(string property) => property is "finally" or "else" or "assert" ? "_" + property : property;
}
