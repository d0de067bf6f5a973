using Kestra.Flows.Defaults;
using Kestra.Flows.Validation;
using Kestra.Flows.Yaml;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows;

/// <summary>Reads YAML into flows and says everything that is wrong at once, with the place.</summary>
/// <param name="globalDefaults">Plugin defaults of the configuration.</param>
public sealed class FlowReader(IPluginCatalog catalog, IReadOnlyList<PluginDefault>? globalDefaults = null, YamlLimits? limits = null)
{
    /// <summary>Reads a source with its plugin defaults put in.</summary>
    /// <param name="strict">Unknown properties are faults.</param>
    public FlowReading Read(string source, string tenantId, bool strict = true)
    {
        YamlDocument document;
        try
        {
            document = YamlDocument.Parse(source, limits);
        }
        catch (YamlException error)
        {
            return new FlowReading(null, [new FlowFault("", $"Illegal Flow source: YAML parsing error: {error.Message} (at line {error.Line})", error.Line, error.Column)], null);
        }

        if (document.Root is not IReadOnlyDictionary<string, object?> raw)
        {
            var what = document.Root is null ? "No content to map due to end-of-input" : $"a flow is a map of properties, not '{document.Root}'";
            return new FlowReading(null, [new FlowFault("", $"Illegal Flow source: YAML parsing error: {what} (at line 1)", 1, 1)], null);
        }

        return Read(raw, document, source, tenantId, strict);
    }

    /// <summary>The flow of a stored source. One that has faults comes with their text as its exception and without tasks.</summary>
    public Flow ReadStored(string source, string tenantId, string @namespace, string id)
    {
        var reading = Read(source, tenantId, strict: false);
        return reading.IsValid
            ? reading.Flow!
            : new Flow { TenantId = tenantId, Namespace = @namespace, Id = id, Source = source, Exception = reading.Constraints };
    }

    private FlowReading Read(IReadOnlyDictionary<string, object?> raw, YamlDocument document, string source, string tenantId, bool strict)
    {
        var faults = new List<DefinitionFault>();
        var own = DefinitionReader.ReadFlow(raw, tenantId, faults).PluginDefaults ?? [];
        faults.Clear();
        var merged = PluginDefaultMerge.Apply(raw, [.. own, .. globalDefaults ?? []], catalog);
        var flow = DefinitionReader.ReadFlow(merged, tenantId, faults) with { Source = source };
        var found = faults.Where(fault => strict || !fault.Message.StartsWith("Unrecognized field", StringComparison.Ordinal)).ToList();
        found.AddRange(document.Duplicates.Select(path => new DefinitionFault(path, $"Duplicate field '{path[(path.LastIndexOf('.') + 1)..]}'")));
        FlowValidation.Check(flow, catalog, strict, found);
        return new FlowReading(flow, [.. found.Distinct().Select(fault => Place(fault, document))], raw);
    }

    // The nearest place that the document has: a missing property is reported where its owner stands.
    private static FlowFault Place(DefinitionFault fault, YamlDocument document)
    {
        for (var path = fault.Path.Replace("_finally", "finally", StringComparison.Ordinal); ;)
        {
            if (document.Positions.TryGetValue(path, out var position))
            {
                return new FlowFault(fault.Path, fault.Message, position.Line, position.Column);
            }

            var cut = path.LastIndexOfAny(['.', '[']);
            if (cut <= 0)
            {
                return new FlowFault(fault.Path, fault.Message);
            }

            path = path[..cut];
        }
    }
}
