using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>The classes on the way to a value inside a plugin, as texts of shape faults list them.</summary>
internal static partial class ReferenceChain
{
    /// <param name="path">Within the plugin.</param>
    public static string Of(PluginDescriptor plugin, string path)
    {
        var place = FaultPlace.Root;
        Type? type = null;
        var isPlugin = true;
        foreach (var segment in Segments().Matches(path).Select(match => match.Value))
        {
            if (segment[0] == '[')
            {
                place = place.Item(int.Parse(segment.AsSpan(1, segment.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture));
                type = Argument(type, typeof(IReadOnlyList<>), 0);
            }
            else if (!isPlugin && Argument(type, typeof(IReadOnlyDictionary<,>), 1) is { } value)
            {
                place = place.Key(segment);
                type = value;
            }
            else
            {
                place = place.Property(isPlugin ? plugin.Type : NameOf(type, plugin.Type), segment);
                type = isPlugin ? plugin.Properties.FirstOrDefault(property => property.Name == segment || property.Aliases.Contains(segment))?.ClrType : PropertyOf(type, segment);
            }

            isPlugin = false;
        }

        return place.Chain;
    }

    /// <summary>Kestra's name of a class that is part of a plugin.</summary>
    public static string NameOf(Type? type, string owner) => type?.GetCustomAttribute<DefinitionNameAttribute>()?.Name ?? (type is null ? owner : $"{owner}${type.Name}");

    private static Type? Argument(Type? type, Type container, int index) => type is { IsGenericType: true } && type.GetGenericTypeDefinition() == container ? type.GetGenericArguments()[index] : null;

    private static Type? PropertyOf(Type? type, string name) => type is not null && NestedDefinitions.IsPart(type)
        ? type.GetProperties().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.PropertyType
        : null;

    [GeneratedRegex(@"\[[0-9]+\]|[^.\[]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Segments();
}
