using System.Text.Json.Nodes;
using Kestra.Plugins.Description;

namespace Kestra.Webserver.Plugins;

/// <summary>JSON schemas of plugins and of the documents that hold them, for editors. Draft 7.</summary>
internal sealed class PluginSchemas(IPluginCatalog catalog)
{
    private const string Draft = "http://json-schema.org/draft-07/schema#";
    private const string FlowName = "io.kestra.core.models.flows.Flow";
    private const string DefaultName = "io.kestra.core.models.flows.PluginDefault";

    private static readonly Dictionary<string, string> Roots = new(StringComparer.Ordinal)
    {
        ["flow"] = FlowName,
        ["template"] = FlowName,
        ["task"] = SchemaTypes.TaskName,
        ["trigger"] = SchemaTypes.TriggerName,
        ["plugindefault"] = DefaultName,
    };

    private readonly Lazy<JsonObject> definitions = new(() => Definitions(catalog));

    /// <summary>The kinds of documents that have a schema.</summary>
    public static IEnumerable<string> DocumentTypes => Roots.Keys;

    /// <summary>The schema of a kind of document; null when the kind is unknown.</summary>
    /// <param name="isList">Of a list of such documents.</param>
    public JsonObject? OfDocument(string type, bool isList)
    {
        if (!Roots.TryGetValue(type, out var root))
        {
            return null;
        }

        var schema = new JsonObject { ["$schema"] = Draft };
        if (isList)
        {
            schema["type"] = "array";
            schema["items"] = SchemaTypes.Reference(root);
        }
        else
        {
            schema["$ref"] = "#/definitions/" + root;
        }

        schema["definitions"] = definitions.Value.DeepClone();
        return schema;
    }

    /// <summary>The properties of a kind of document alone; null when the kind is unknown.</summary>
    public JsonObject? PropertiesOf(string type) => Roots.TryGetValue(type, out var root)
        ? new JsonObject { ["$schema"] = Draft, ["properties"] = definitions.Value[root]?["properties"]?.DeepClone() ?? new JsonObject() }
        : null;

    /// <summary>What a plugin takes.</summary>
    /// <param name="withCommon">Also what every plugin of its kind takes.</param>
    public static JsonObject Properties(PluginDescriptor plugin, bool withCommon)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in plugin.Properties.Where(property => withCommon || !property.Common))
        {
            properties[property.Name] = SchemaTypes.OfProperty(property);
            if (property.Required)
            {
                required.Add(property.Name);
            }
        }

        var schema = new JsonObject { ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        if (plugin.Title is not null)
        {
            schema["title"] = plugin.Title;
        }

        if (plugin.Description is not null)
        {
            schema["description"] = plugin.Description;
        }

        if (plugin.Deprecated)
        {
            schema["$deprecated"] = true;
        }

        return schema;
    }

    /// <summary>What a plugin gives.</summary>
    public static JsonObject Outputs(PluginDescriptor plugin)
    {
        var properties = new JsonObject();
        foreach (var output in plugin.Outputs)
        {
            var schema = SchemaTypes.Of(output.ClrType);
            if (output.Title.Length > 0)
            {
                schema["title"] = output.Title;
            }

            properties[output.Name] = schema;
        }

        return new JsonObject { ["properties"] = properties };
    }

    private static JsonObject Definitions(IPluginCatalog catalog)
    {
        var found = new JsonObject
        {
            [FlowName] = FlowSchema.Build(),
            [DefaultName] = FlowSchema.PluginDefault(),
            [SchemaTypes.TaskName] = AnyOf(catalog, PluginKind.Task),
            [SchemaTypes.TriggerName] = AnyOf(catalog, PluginKind.Trigger),
            [SchemaTypes.ConditionName] = AnyOf(catalog, PluginKind.Condition),
            [SchemaTypes.RunnerName] = AnyOf(catalog, PluginKind.TaskRunner),
        };
        foreach (var plugin in catalog.All.Where(static plugin => !plugin.Internal))
        {
            found[plugin.Type] = OfPlugin(plugin);
        }

        return found;
    }

    private static JsonObject AnyOf(IPluginCatalog catalog, PluginKind kind) =>
        new() { ["anyOf"] = new JsonArray([.. catalog.All.Where(plugin => plugin.Kind == kind && !plugin.Internal).Select(static plugin => SchemaTypes.Reference(plugin.Type))]) };

    private static JsonObject OfPlugin(PluginDescriptor plugin)
    {
        var schema = Properties(plugin, withCommon: true);
        var properties = (JsonObject)schema["properties"]!;
        properties["type"] = plugin.Aliases.Count == 0
            ? new JsonObject { ["const"] = plugin.Type }
            : new JsonObject { ["enum"] = new JsonArray([.. plugin.Aliases.Prepend(plugin.Type).Select(static name => (JsonNode)name)]) };
        var required = schema["required"] as JsonArray;
        if (required is null)
        {
            schema["required"] = required = [];
        }

        foreach (var name in plugin.Kind is PluginKind.Task or PluginKind.Trigger ? new[] { "id", "type" } : ["type"])
        {
            if (!required.Any(item => item!.GetValue<string>() == name))
            {
                required.Add(name);
            }
        }

        if (plugin.Kind is PluginKind.Task or PluginKind.Trigger && !properties.ContainsKey("id"))
        {
            properties["id"] = FlowSchema.Identifier("^[a-zA-Z0-9][a-zA-Z0-9_-]*", 256);
        }

        schema["type"] = "object";
        return schema;
    }
}
