using System.Globalization;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Webserver.Plugins;

/// <summary>Plugins that belong together, as lists and menus show them.</summary>
/// <param name="Group">The package: <c>io.kestra.plugin.core</c>.</param>
/// <param name="SubGroup">The package below it: <c>io.kestra.plugin.core.flow</c>; null for the whole group.</param>
internal sealed record PluginGroup(string Name, string Title, string Group, string? SubGroup, IReadOnlyList<PluginDescriptor> Plugins);

internal static class PluginGroups
{
    /// <summary>What there is does not change while the server runs.</summary>
    public const string CacheControl = "public, max-age=3600";

    private const string Root = "io.kestra.plugin.";

    public static IReadOnlyList<PluginGroup> OfPackages(IReadOnlyList<PluginDescriptor> plugins) =>
        [.. plugins.GroupBy(static plugin => PackageOf(plugin.Type)).OrderBy(static group => group.Key, StringComparer.Ordinal).Select(static group => new PluginGroup(LastPart(group.Key), LastPart(group.Key), group.Key, null, [.. group]))];

    public static IReadOnlyList<PluginGroup> OfSubgroups(IReadOnlyList<PluginDescriptor> plugins) =>
        [.. plugins.GroupBy(static plugin => plugin.Type[..plugin.Type.LastIndexOf('.')]).OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new PluginGroup(LastPart(PackageOf(group.Key + ".x")), CultureInfo.InvariantCulture.TextInfo.ToTitleCase(LastPart(group.Key)), PackageOf(group.Key + ".x"), group.Key, [.. group]))];

    // io.kestra.plugin.NAME, or NAME.PART for the scripts, which are a package each.
    private static string PackageOf(string type)
    {
        if (!type.StartsWith(Root, StringComparison.Ordinal))
        {
            return type[..type.LastIndexOf('.')];
        }

        var parts = type[Root.Length..].Split('.');
        return parts is ["scripts", var language, _, ..] ? $"{Root}scripts.{language}" : Root + parts[0];
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];
}

/// <summary>The names under which clients know the classes of inputs.</summary>
internal static class InputClasses
{
    public static string NameOf(InputType type) => "io.kestra.core.models.flows.input." + type switch
    {
        InputType.DATETIME => "DateTimeInput",
        InputType.URI => "URIInput",
        _ => type.ToString()[..1] + type.ToString()[1..].ToLowerInvariant() + "Input",
    };
}
