using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Plugins.Description;
using NodaTime;

namespace Kestra.Webserver.Plugins;

/// <summary>Schemas of single values.</summary>
internal static class SchemaTypes
{
    public const string TaskName = "io.kestra.core.models.tasks.Task";
    public const string TriggerName = "io.kestra.core.models.triggers.AbstractTrigger";
    public const string ConditionName = "io.kestra.core.models.conditions.Condition";
    public const string RunnerName = "io.kestra.core.models.tasks.runners.TaskRunner";

    /// <summary>How deep classes inside classes are shown.</summary>
    private const int MaxDepth = 6;

    private static readonly Dictionary<Type, Func<JsonObject>> Known = new()
    {
        [typeof(string)] = static () => Named("string"),
        [typeof(bool)] = static () => Named("boolean"),
        [typeof(int)] = static () => Named("integer"),
        [typeof(long)] = static () => Named("integer"),
        [typeof(double)] = static () => Named("number"),
        [typeof(float)] = static () => Named("number"),
        [typeof(decimal)] = static () => Named("number"),
        [typeof(Duration)] = static () => Formatted("duration"),
        [typeof(TimeSpan)] = static () => Formatted("duration"),
        [typeof(Instant)] = static () => Formatted("date-time"),
        [typeof(OffsetDateTime)] = static () => Formatted("date-time"),
        [typeof(ZonedDateTime)] = static () => Formatted("date-time"),
        [typeof(LocalDateTime)] = static () => Formatted("date-time"),
        [typeof(LocalDate)] = static () => Formatted("date"),
        [typeof(LocalTime)] = static () => Formatted("time"),
        [typeof(Uri)] = static () => Formatted("uri"),
        [typeof(object)] = static () => [],
        [typeof(TaskDefinition)] = static () => Reference(TaskName),
        [typeof(TriggerDefinition)] = static () => Reference(TriggerName),
        [typeof(ConditionDefinition)] = static () => Reference(ConditionName),
    };

    public static JsonObject Reference(string definition) => new() { ["$ref"] = "#/definitions/" + definition };

    public static JsonObject OfProperty(PluginPropertyDescriptor property)
    {
        var schema = Of(property.ClrType);
        foreach (var constraint in property.Constraints)
        {
            Add(schema, "minimum", constraint.Minimum);
            Add(schema, schema["type"]?.GetValue<string>() == "array" ? "minItems" : "minLength", constraint.MinimumLength);
            Add(schema, "maxLength", constraint.MaximumLength);
            if (constraint.Pattern is { } pattern)
            {
                schema["pattern"] = pattern;
            }
        }

        if (DefaultOf(property) is { } normal)
        {
            schema["default"] = normal;
        }

        schema["$dynamic"] = property.Dynamic;
        if (property.Deprecated)
        {
            schema["$deprecated"] = true;
        }

        if (property.Common)
        {
            schema["$group"] = "core";
        }

        return schema;
    }

    public static JsonObject Of(Type type) => Of(type, 0);

    private static JsonObject Of(Type given, int depth)
    {
        var type = Nullable.GetUnderlyingType(given) ?? given;
        if (Known.TryGetValue(type, out var known))
        {
            return known();
        }

        if (type.IsEnum)
        {
            return new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(static name => (JsonNode)name)]) };
        }

        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (generic == typeof(IReadOnlyDictionary<,>) || generic == typeof(Dictionary<,>))
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(type.GetGenericArguments()[1], depth) };
        }

        if (generic == typeof(IReadOnlyList<>) || generic == typeof(List<>))
        {
            return new JsonObject { ["type"] = "array", ["items"] = Of(type.GetGenericArguments()[0], depth) };
        }

        // A dynamic value inside a class; and what is written as one plugin in another.
        return generic is { Name: "Property`1" } ? Of(type.GetGenericArguments()[0], depth)
            : type.IsInterface || type.IsAbstract || type.IsGenericType || depth >= MaxDepth ? []
            : OfClass(type, depth);
    }

    private static JsonObject OfClass(Type type, int depth)
    {
        var properties = new JsonObject();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property is { SetMethod.IsPublic: true } && property.GetIndexParameters().Length == 0))
        {
            properties[char.ToLowerInvariant(property.Name[0]) + property.Name[1..]] = Of(property.PropertyType, depth + 1);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties };
    }

    // The default of a rendered property is shown as the text that a flow would hold.
    private static JsonNode? DefaultOf(PluginPropertyDescriptor property) => property.Default switch
    {
        null => null,
        Enum constant => constant.ToString(),
        string text => text,
        bool or int or long or double or decimal when property.Rendered => Convert.ToString(property.Default, CultureInfo.InvariantCulture)!.ToLowerInvariant(),
        bool flag => flag,
        int number => number,
        long number => number,
        double number => number,
        Duration duration => JsonNode.Parse(ModelJson.SerializeValue(duration, JsonProfile.Api)),
        _ => null,
    };

    private static void Add(JsonObject schema, string name, long? value)
    {
        if (value is { } number)
        {
            schema[name] = number;
        }
    }

    private static JsonObject Named(string type) => new() { ["type"] = type };

    private static JsonObject Formatted(string format) => new() { ["type"] = "string", ["format"] = format };
}
