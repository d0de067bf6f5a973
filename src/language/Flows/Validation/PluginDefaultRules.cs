using System.Globalization;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>The rules of plugin defaults (§1.4, §1.7 of the model).</summary>
internal static class PluginDefaultRules
{
    private const string Class = "io.kestra.core.models.flows.PluginDefault";

    public static void Check(IReadOnlyList<PluginDefault>? defaults, object? raw, IPluginCatalog catalog, List<DefinitionFault> faults)
    {
        var entries = (raw as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>().ToList();
        for (var index = 0; index < Math.Min(defaults?.Count ?? 0, entries.Count); index++)
        {
            var problems = Problems(defaults![index], entries[index], catalog).ToList();
            if (problems.Count > 0)
            {
                faults.Add(new DefinitionFault(string.Create(CultureInfo.InvariantCulture, $"pluginDefaults[{index}]"), $"Invalid Plugin Default: {string.Join(", ", problems)}"));
            }
        }
    }

    /// <summary>What Kestra says when it fails at the defaults before it reads the flow; null when it does not.</summary>
    public static string? Crash(object? raw)
    {
        if (raw is null)
        {
            return null;
        }

        if (raw is not IReadOnlyList<object?> list)
        {
            return $"{ShapeText.WrongKind(ShapeText.ListOf(Class), raw)}\n at [Source: UNKNOWN; byte offset: #UNKNOWN]";
        }

        var entries = list.OfType<IReadOnlyDictionary<string, object?>>().ToList();
        return entries.Exists(entry => entry.GetValueOrDefault("type") is null) ? "Cannot found plugin for null identifier"
            : entries.Exists(entry => entry.GetValueOrDefault("values") is null) ? "Cannot invoke \"java.util.Map.entrySet()\" because the return value of \"io.kestra.core.models.flows.PluginDefault.getValues()\" is null"
            : null;
    }

    private static IEnumerable<string> Problems(PluginDefault entry, IReadOnlyDictionary<string, object?> raw, IPluginCatalog catalog)
    {
        if (raw.GetValueOrDefault("type") is null)
        {
            yield return "No 'type' provided";
        }

        if (raw.GetValueOrDefault("values") is null)
        {
            yield return "No 'values' provided";
        }

        // Only of a class that is known exactly; a prefix may concern others.
        if (entry.Values is null || catalog.Find(entry.Type) is not { } plugin)
        {
            yield break;
        }

        var known = plugin.Properties.SelectMany(property => property.Aliases.Prepend(property.Name)).Concat(PluginNames.Common(plugin.Kind)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in entry.Values)
        {
            if (value is null)
            {
                yield return $"No value provided for key '{key}'";
            }

            if (!known.Contains(key))
            {
                yield return $"No property '{key}' exists in plugin '{entry.Type}'";
            }
        }
    }
}
