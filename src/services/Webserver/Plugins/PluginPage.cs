using System.Globalization;
using System.Text;
using Kestra.Plugins.Description;

namespace Kestra.Webserver.Plugins;

/// <summary>The page about a plugin, in Markdown.</summary>
internal static class PluginPage
{
    public static string Write(PluginDescriptor plugin)
    {
        var name = plugin.Type[(plugin.Type.LastIndexOf('.') + 1)..];
        var page = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# {name}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{plugin.Title ?? name}\n\n");
        if (plugin.Deprecated)
        {
            page.Append("This plugin is deprecated.\n\n");
        }

        if (plugin.Description is { Length: > 0 } description)
        {
            page.Append(description).Append("\n\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"```yaml\ntype: \"{plugin.Type}\"\n```\n");
        WriteProperties(page, plugin);
        WriteOutputs(page, plugin);
        return page.ToString();
    }

    private static void WriteProperties(StringBuilder page, PluginDescriptor plugin)
    {
        var own = plugin.Properties.Where(static property => !property.Common).ToList();
        if (own.Count == 0)
        {
            return;
        }

        page.Append("\n## Properties\n\n| Name | Type | Required | Dynamic | Default |\n|---|---|---|---|---|\n");
        foreach (var property in own)
        {
            var schema = SchemaTypes.OfProperty(property);
            page.Append(CultureInfo.InvariantCulture, $"| `{property.Name}`{(property.Deprecated ? " (deprecated)" : "")} | {TypeOf(schema)} | {YesNo(property.Required)} | {YesNo(property.Dynamic)} | {Cell(schema["default"]?.ToString())} |\n");
        }
    }

    private static void WriteOutputs(StringBuilder page, PluginDescriptor plugin)
    {
        if (plugin.Outputs.Count == 0)
        {
            return;
        }

        page.Append("\n## Outputs\n\n| Name | Type | Description |\n|---|---|---|\n");
        foreach (var output in plugin.Outputs)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{output.Name}` | {TypeOf(SchemaTypes.Of(output.ClrType))} | {Cell(output.Title)} |\n");
        }
    }

    private static string TypeOf(System.Text.Json.Nodes.JsonObject schema) =>
        schema["enum"] is System.Text.Json.Nodes.JsonArray values ? string.Join(", ", values.Select(static value => $"`{value}`"))
        : schema["format"]?.ToString() ?? schema["type"]?.ToString() ?? (schema["$ref"]?.ToString() is { } reference ? reference[(reference.LastIndexOf('.') + 1)..] : "any");

    private static string YesNo(bool flag) => flag ? "yes" : "no";

    private static string Cell(string? text) => string.IsNullOrEmpty(text) ? "" : text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
