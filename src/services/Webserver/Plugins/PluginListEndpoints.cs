using System.Text;
using System.Text.Json;
using Kestra.Hosting;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Plugins;

/// <summary>What plugins there are. These addresses have no tenant: plugins belong to the installation.</summary>
internal sealed class PluginListEndpoints(IPluginCatalog catalog) : IEndpointGroup
{
    private static readonly (string Name, PluginKind? Kind)[] Kinds =
    [
        ("tasks", PluginKind.Task), ("triggers", PluginKind.Trigger), ("conditions", PluginKind.Condition), ("controllers", null), ("storages", PluginKind.Storage), ("secrets", null),
        ("taskRunners", PluginKind.TaskRunner), ("apps", null), ("appBlocks", null), ("charts", PluginKind.Chart), ("dataFilters", PluginKind.DataFilter), ("dataFiltersKPI", PluginKind.DataFilterKpi),
        ("logExporters", PluginKind.LogExporter), ("additionalPlugins", null),
    ];

    // Plugins that are part of others' work are nobody's to choose.
    private IReadOnlyList<PluginDescriptor> Shown => [.. catalog.All.Where(static plugin => !plugin.Internal)];

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/plugins", http => ListAsync(http, PluginGroups.OfPackages(Shown)));
        api.Get("/plugins/groups/subgroups", http => ListAsync(http, PluginGroups.OfSubgroups(Shown)));
        api.Get("/plugins/inputs", InputTypesAsync);
        api.Get("/plugins/icons", http => IconsAsync(http, Shown.Select(static plugin => (plugin.Type, plugin.Role is TaskRole.Flowable or TaskRole.WorkingDirectory))));
        api.Get("/plugins/icons/groups", http => IconsAsync(http, PluginGroups.OfSubgroups(Shown).Select(static group => (group.SubGroup ?? group.Name, false))));
        api.Get("/plugins/{type}/versions", VersionsAsync);
    }

    private static async Task ListAsync(HttpContext http, IReadOnlyList<PluginGroup> groups) => await Answers.ListAsync(http, groups, Write);

    private static void Write(Utf8JsonWriter writer, PluginGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, group.Name);
        writer.WriteString("title"u8, group.Title);
        writer.WriteString("group"u8, group.Group);
        writer.WriteString("version"u8, ProductVersion.Current.Number);
        writer.WriteStartObject("manifest"u8);
        writer.WriteEndObject();
        WriteEmpty(writer, "guides");
        writer.WriteStartArray("aliases"u8);
        foreach (var alias in group.Plugins.SelectMany(static plugin => plugin.Aliases))
        {
            writer.WriteStringValue(alias);
        }

        writer.WriteEndArray();
        foreach (var (name, kind) in Kinds)
        {
            writer.WriteStartArray(name);
            foreach (var plugin in group.Plugins.Where(plugin => plugin.Kind == kind))
            {
                writer.WriteStartObject();
                writer.WriteString("cls"u8, plugin.Type);
                if (plugin.Deprecated)
                {
                    writer.WriteBoolean("deprecated"u8, true);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteStartArray("categories"u8);
        writer.WriteStringValue("CORE");
        writer.WriteEndArray();
        if (group.SubGroup is not null)
        {
            writer.WriteString("subGroup"u8, group.SubGroup);
        }

        writer.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartArray(name);
        writer.WriteEndArray();
    }

    private static Task InputTypesAsync(HttpContext http) => Answers.ListAsync(http, Enum.GetValues<InputType>(), static (writer, type) =>
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type.ToString());
        writer.WriteString("cls"u8, InputClasses.NameOf(type));
        writer.WriteEndObject();
    });

    private static Task IconsAsync(HttpContext http, IEnumerable<(string Name, bool IsFlowable)> entries)
    {
        http.Response.Headers.CacheControl = PluginGroups.CacheControl;
        return Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            foreach (var (name, flowable) in entries.DistinctBy(static entry => entry.Name))
            {
                writer.WriteStartObject(name);
                writer.WriteString("name"u8, name[(name.LastIndexOf('.') + 1)..]);
                writer.WriteString("icon"u8, Convert.ToBase64String(Encoding.UTF8.GetBytes(PluginIcon.Draw(name))));
                writer.WriteBoolean("flowable"u8, flowable);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }

    private Task VersionsAsync(HttpContext http)
    {
        var type = http.Route("type");
        var plugin = catalog.Find(type) ?? throw ApiException.NotFound($"Class '{type}' doesn't exists ");
        return Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, plugin.Type);
            writer.WriteStartArray("versions"u8);
            writer.WriteStringValue(ProductVersion.Current.Number);
            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }
}
