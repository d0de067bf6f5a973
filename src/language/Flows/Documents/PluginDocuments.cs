using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using Kestra.Plugins.Description;
using NodaTime;

namespace Kestra.Flows.Documents;

/// <summary>The own properties of a plugin in the form of Kestra's documents.</summary>
internal static class PluginDocuments
{
    /// <param name="raw">As written, plugin defaults included.</param>
    public static IReadOnlyDictionary<string, object?> Properties(string type, IReadOnlyDictionary<string, object?> raw, IPluginCatalog catalog)
    {
        if (catalog.Find(type) is not { } plugin)
        {
            return raw;
        }

        var properties = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in plugin.Properties.Where(property => !property.Common))
        {
            var written = property.Aliases.Prepend(property.Name).FirstOrDefault(name => raw.GetValueOrDefault(name) is not null);
            if (written is not null && Value(raw[written]!, property, catalog) is { } value && !IsDefault(value, property))
            {
                properties[property.Name] = value;
            }
        }

        return properties;
    }

    private static bool IsDefault(object value, PluginPropertyDescriptor property) =>
        property.Default is { } otherwise && (value.Equals(otherwise) || (value is string or bool or int or long or double && JavaText.Of(value) == Text(otherwise)));

    private static string? Text(object value) => value is bool or string or int or long or double or Duration or Enum ? value is Enum ? value.ToString() : JavaText.Of(value) : null;

    private static object? Value(object raw, PluginPropertyDescriptor property, IPluginCatalog catalog) =>
        property.Dynamic && raw is bool or int or long or double && IsTyped(property.ClrType) ? JavaText.Of(raw) : Value(raw, property.ClrType, catalog);

    // Dynamic properties keep their text, whatever was written.
    private static bool IsTyped(Type type) => type != typeof(object);

    private static object? Value(object? raw, Type type, IPluginCatalog catalog)
    {
        if (raw is IReadOnlyDictionary<string, object?> map)
        {
            return type == typeof(TaskDefinition) ? Task(map, catalog)
                : type == typeof(ConditionDefinition) ? Condition(map, catalog)
                : type == typeof(InputDefinition) ? Input(map)
                : ItemOf(type, typeof(IReadOnlyDictionary<,>), 1) is { } item ? Map(map, item, catalog)
                : map;
        }

        return raw is IReadOnlyList<object?> list && ItemOf(type, typeof(IReadOnlyList<>), 0) is { } itemType ? list.Select(value => Value(value, itemType, catalog)).ToList() : raw;
    }

    private static Type? ItemOf(Type type, Type container, int argument) => type.IsGenericType && type.GetGenericTypeDefinition() == container ? type.GetGenericArguments()[argument] : null;

    private static OrderedDictionary<string, object?> Map(IReadOnlyDictionary<string, object?> map, Type item, IPluginCatalog catalog)
    {
        var values = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            values[key] = Value(value, item, catalog);
        }

        return values;
    }

    private static WrittenDefinition Task(IReadOnlyDictionary<string, object?> raw, IPluginCatalog catalog)
    {
        var task = FlowDocuments.Complete(DefinitionReader.ReadTask(raw, FaultPlace.Root, [], null), catalog);
        return new WrittenDefinition((writer, profile) => TaskJson.Write(writer, task, profile));
    }

    private static WrittenDefinition Condition(IReadOnlyDictionary<string, object?> raw, IPluginCatalog catalog)
    {
        var condition = FlowDocuments.Complete(DefinitionReader.ReadCondition(raw, "", []), catalog);
        return new WrittenDefinition((writer, profile) => TaskJson.Write(writer, condition, profile));
    }

    private static WrittenDefinition Input(IReadOnlyDictionary<string, object?> raw)
    {
        var input = DefinitionReader.ReadInput(raw, "", []);
        return new WrittenDefinition((writer, profile) => InputJson.Write(writer, input, profile));
    }
}
