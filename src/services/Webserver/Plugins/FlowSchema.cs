using System.Text.Json.Nodes;
using Kestra.Model.Flows;

namespace Kestra.Webserver.Plugins;

/// <summary>The schema of a flow without its plugins.</summary>
internal static class FlowSchema
{
    public static JsonObject Build() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["id"] = Identifier("^[a-zA-Z0-9][a-zA-Z0-9._-]*", 100),
            ["namespace"] = Identifier("^[a-z0-9][a-z0-9._-]*", 150),
            ["revision"] = Type("integer"),
            ["description"] = Type("string"),
            ["disabled"] = new JsonObject { ["type"] = "boolean", ["default"] = false },
            ["labels"] = new JsonObject { ["anyOf"] = new JsonArray(Type("object"), Type("array")) },
            ["variables"] = Type("object"),
            ["inputs"] = List(Input()),
            ["outputs"] = List(Output()),
            ["tasks"] = TaskList(minimum: 1),
            ["errors"] = TaskList(),
            ["finally"] = TaskList(),
            ["afterExecution"] = TaskList(),
            ["triggers"] = List(SchemaTypes.Reference(SchemaTypes.TriggerName)),
            ["pluginDefaults"] = List(PluginDefault()),
            ["concurrency"] = Concurrency(),
            ["retry"] = SchemaTypes.Of(typeof(RetryDefinition)),
            ["sla"] = List(Sla()),
            ["workerGroup"] = SchemaTypes.Of(typeof(WorkerGroup)),
        },
        ["required"] = new JsonArray("id", "namespace", "tasks"),
    };

    public static JsonObject PluginDefault() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["type"] = Type("string"), ["forced"] = new JsonObject { ["type"] = "boolean", ["default"] = false }, ["values"] = Type("object") },
        ["required"] = new JsonArray("type", "values"),
    };

    public static JsonObject Identifier(string pattern, int longest) => new() { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = longest, ["pattern"] = pattern };

    /// <summary>What an input of one type takes.</summary>
    public static JsonObject InputProperties(InputType type)
    {
        var properties = (JsonObject)Input()["properties"]!.DeepClone();
        properties["type"] = new JsonObject { ["const"] = type.ToString() };
        return properties;
    }

    private static JsonObject Input() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["id"] = Identifier("^[a-zA-Z0-9][.a-zA-Z0-9_-]*", 256),
            ["type"] = SchemaTypes.Of(typeof(InputType)),
            ["description"] = Type("string"),
            ["displayName"] = Type("string"),
            ["required"] = new JsonObject { ["type"] = "boolean", ["default"] = true },
            ["defaults"] = new JsonObject(),
            ["dependsOn"] = SchemaTypes.Of(typeof(InputDependency)),
            ["validator"] = Type("string"),
            ["min"] = new JsonObject(),
            ["max"] = new JsonObject(),
            ["after"] = Type("string"),
            ["before"] = Type("string"),
            ["values"] = List(Type("string")),
            ["expression"] = Type("string"),
            ["allowCustomValue"] = Type("boolean"),
            ["isRadio"] = Type("boolean"),
            ["autoSelectFirst"] = Type("boolean"),
            ["itemType"] = SchemaTypes.Of(typeof(InputType)),
            ["extension"] = Type("string"),
        },
        ["required"] = new JsonArray("id", "type"),
    };

    private static JsonObject Output() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["id"] = Identifier("^[a-zA-Z0-9][a-zA-Z0-9_-]*", 256), ["type"] = SchemaTypes.Of(typeof(InputType)), ["value"] = new JsonObject(), ["description"] = Type("string"), ["displayName"] = Type("string"), ["required"] = Type("boolean") },
        ["required"] = new JsonArray("id", "type", "value"),
    };

    private static JsonObject Concurrency() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["limit"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 }, ["behavior"] = SchemaTypes.Of(typeof(ConcurrencyBehavior)) },
        ["required"] = new JsonArray("limit"),
    };

    private static JsonObject Sla() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["id"] = Type("string"), ["type"] = SchemaTypes.Of(typeof(SlaType)), ["behavior"] = SchemaTypes.Of(typeof(SlaBehavior)), ["duration"] = SchemaTypes.Of(typeof(NodaTime.Duration)), ["assert"] = Type("string"), ["labels"] = new JsonObject() },
        ["required"] = new JsonArray("id", "type", "behavior"),
    };

    private static JsonObject TaskList(int minimum = 0)
    {
        var list = List(SchemaTypes.Reference(SchemaTypes.TaskName));
        if (minimum > 0)
        {
            list["minItems"] = minimum;
        }

        return list;
    }

    private static JsonObject List(JsonNode items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Type(string name) => new() { ["type"] = name };
}
