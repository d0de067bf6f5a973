using System.Reflection;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>A task or condition inside the properties of a plugin.</summary>
/// <param name="Property">The plugin's property that holds it.</param>
public sealed record NestedDefinition(Type Kind, string Property, IReadOnlyDictionary<string, object?> Raw, FaultPlace Place);

/// <summary>Finds the tasks and conditions inside the properties of a plugin, by the types of its properties.</summary>
internal static class NestedDefinitions
{
    /// <param name="raw">The plugin's map, common properties included.</param>
    public static IEnumerable<NestedDefinition> Of(PluginDescriptor plugin, IReadOnlyDictionary<string, object?> raw, FaultPlace place)
    {
        foreach (var property in plugin.Properties.Where(property => !property.Common))
        {
            foreach (var name in property.Aliases.Prepend(property.Name))
            {
                if (raw.GetValueOrDefault(name) is { } value)
                {
                    foreach (var (kind, map, at) in Find(value, property.ClrType, place.Property(plugin.Type, name, PluginNames.Shown(name)), plugin.Type))
                    {
                        yield return new NestedDefinition(kind, name, map, at);
                    }
                }
            }
        }
    }

    private static IEnumerable<(Type Kind, IReadOnlyDictionary<string, object?> Raw, FaultPlace Place)> Find(object? raw, Type type, FaultPlace place, string owner)
    {
        if (type == typeof(TaskDefinition) || type == typeof(ConditionDefinition))
        {
            return raw is IReadOnlyDictionary<string, object?> map ? [(type, map, place)] : [];
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && raw is IReadOnlyList<object?> list)
        {
            return list.SelectMany((item, index) => Find(item, type.GetGenericArguments()[0], place.Item(index), owner));
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) && raw is IReadOnlyDictionary<string, object?> entries)
        {
            return entries.SelectMany(entry => Find(entry.Value, type.GetGenericArguments()[1], place.Key(entry.Key), owner));
        }

        return IsPart(type) && raw is IReadOnlyDictionary<string, object?> part ? InPart(part, type, place, owner) : [];
    }

    private static IEnumerable<(Type Kind, IReadOnlyDictionary<string, object?> Raw, FaultPlace Place)> InPart(IReadOnlyDictionary<string, object?> raw, Type type, FaultPlace place, string owner)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true }))
        {
            var name = property.GetCustomAttribute<PluginPropertyAttribute>()?.Name ?? char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
            foreach (var found in Find(raw.GetValueOrDefault(name), property.PropertyType, place.Property(ReferenceChain.NameOf(type, owner), name, PluginNames.Shown(name)), owner))
            {
                yield return found;
            }
        }
    }

    /// <summary>A class that belongs to a plugin, as opposed to values and to the model.</summary>
    internal static bool IsPart(Type type) => type is { IsClass: true, IsGenericType: false } && type != typeof(string) && type != typeof(object)
        && type.Namespace is { } space && !space.StartsWith("System", StringComparison.Ordinal) && !space.StartsWith("NodaTime", StringComparison.Ordinal) && !space.StartsWith("Kestra.Model", StringComparison.Ordinal);
}
