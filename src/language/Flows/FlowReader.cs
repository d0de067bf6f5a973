using Kestra.Flows.Defaults;
using Kestra.Flows.Inputs;
using Kestra.Flows.Validation;
using Kestra.Flows.Yaml;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows;

/// <summary>Reads YAML into flows and says everything that is wrong at once, with the place.</summary>
/// <param name="globalDefaults">Plugin defaults of the configuration.</param>
/// <param name="laterProperties">Take the top-level properties of versions after 1.0 (<c>checks</c>, <c>draft</c>) as known.</param>
public sealed class FlowReader(IPluginCatalog catalog, IReadOnlyList<PluginDefault>? globalDefaults = null, YamlLimits? limits = null, bool laterProperties = false)
{
    private readonly FlowValidation validation = new(catalog);

    /// <summary>Reads a source with its plugin defaults put in.</summary>
    /// <param name="strict">Properties of the source that no class has are faults; those that plugin defaults bring never are.</param>
    public FlowReading Read(string source, string tenantId, bool strict = true)
    {
        YamlDocument document;
        try
        {
            document = YamlDocument.Parse(source, limits);
        }
        catch (YamlException error)
        {
            return NoFlow(error.Message, error.Line, error.Column, error.ReadUpTo);
        }

        return document.Root switch
        {
            IReadOnlyDictionary<string, object?> raw => Read(InputTexts.AsWritten(raw, document), document, source, tenantId, strict),
            null => NoFlow("No content to map due to end-of-input", 1, 1, (1, 1)),
            IReadOnlyList<object?> list => NoFlow(ShapeText.WrongKind(ShapeText.FreeMap, list), 1, 1, document.Positions[""]),
            var scalar => NoFlow(ShapeText.NoObject("java.util.LinkedHashMap", scalar), 1, 1, document.Positions[""]),
        };
    }

    /// <summary>The flow of a stored source. One that can't be read comes with the reason as its exception and without tasks.</summary>
    public Flow ReadStored(string source, string tenantId, string @namespace, string id)
    {
        var reading = Read(source, tenantId, strict: false);
        return reading.IsReadable
            ? reading.Flow!
            : new Flow { TenantId = tenantId, Namespace = @namespace, Id = id, Source = source, Exception = reading.Problem };
    }

    /// <summary>Reads one task alone; paths in its faults begin at the task.</summary>
    public DefinitionReading<TaskDefinition> ReadTask(string source) =>
        ReadAlone(source, (raw, faults) => DefinitionReader.ReadTask(raw, FaultPlace.Root, faults, validation.ClassOf), (task, raw, faults) => validation.CheckTask(task, raw, faults));

    /// <summary>Reads one trigger alone; paths in its faults begin at the trigger.</summary>
    public DefinitionReading<TriggerDefinition> ReadTrigger(string source) =>
        ReadAlone(source, (raw, faults) => DefinitionReader.ReadTrigger(raw, FaultPlace.Root, faults, validation.ClassOf), (trigger, raw, faults) => validation.CheckTrigger(trigger, raw, faults));

    private FlowReading Read(IReadOnlyDictionary<string, object?> raw, YamlDocument document, string source, string tenantId, bool strict)
    {
        var faults = new List<DefinitionFault>();
        var crash = DefaultsCrash(raw);
        var own = crash is null ? OwnDefaults(raw) : [];
        var merged = PluginDefaultMerge.Apply(raw, [.. own, .. globalDefaults ?? []], catalog);
        var flow = DefinitionReader.ReadFlow(merged, tenantId, faults, validation.ClassOf, laterProperties) with { Source = source };
        var tasks = validation.Check(flow, merged, faults);
        var ignored = faults.Where(fault => fault.Kind == FaultKind.UnknownProperty && !(strict && document.Has(fault))).ToHashSet();
        if (ignored.Count > 0)
        {
            var known = UnknownProperties.Without(merged, ignored.Select(YamlPlaces.WrittenPath).ToHashSet(StringComparer.Ordinal));
            flow = DefinitionReader.ReadFlow(known, tenantId, [], validation.ClassOf, laterProperties) with { Source = source };
        }

        var found = faults.Where(fault => !ignored.Contains(fault)).Distinct().ToList();
        var placed = found.Select(fault => document.Place(fault)).ToList();
        var unreadable = FirstUnreadable(found, document);
        return new FlowReading(flow, [.. placed.OrderBy(fault => fault.Line == 0 ? long.MaxValue : fault.Line).ThenBy(fault => fault.Column)], raw)
        {
            Unreadable = crash ?? (unreadable is { } first ? UnreadableText.Of(first) : null),
            Crash = crash ?? (unreadable is null && placed.Exists(IsInputWithoutId) ? "HV000028: Unexpected exception during isValid call." : null),
            Tasks = tasks,
            SaveFaults = SaveRules.Check(raw, document),
        };
    }

    // What Kestra trips over before it reads the flow as such.
    private static string? DefaultsCrash(IReadOnlyDictionary<string, object?> raw)
    {
        if (raw.GetValueOrDefault("namespace") is { } name and not string)
        {
            return ShapeText.NoText(name);
        }

        return PluginDefaultRules.Crash(raw.GetValueOrDefault("pluginDefaults"));
    }

    private static IReadOnlyList<PluginDefault> OwnDefaults(IReadOnlyDictionary<string, object?> raw) =>
        DefinitionReader.ReadFlow(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["pluginDefaults"] = raw.GetValueOrDefault("pluginDefaults") }, Tenants.Default, []).PluginDefaults ?? [];

    private static bool IsInputWithoutId(FlowFault fault) => fault.Message == "must not be null" && fault.Path.StartsWith("inputs[", StringComparison.Ordinal) && fault.Path.EndsWith("].id", StringComparison.Ordinal);

    // Kestra stops at the first thing that it can't read, in the order of the source; a class that it can't find comes before what is inside.
    private static DefinitionFault? FirstUnreadable(List<DefinitionFault> faults, YamlDocument document)
    {
        var unreadable = faults.Where(fault => fault.IsUnreadable).ToList();
        return unreadable.Count == 0 ? null : unreadable.OrderBy(fault => document.Order(fault)).First();
    }

    private static FlowReading NoFlow(string message, long line, long column, (long Line, long Column) at)
    {
        var text = UnreadableText.Source("Flow", message, at);
        return new FlowReading(null, [new FlowFault("", text, line, column) { Kind = FaultKind.Shape }], null) { Unreadable = text };
    }

    private DefinitionReading<T> ReadAlone<T>(string source, Func<IReadOnlyDictionary<string, object?>, List<DefinitionFault>, T> read, Action<T, IReadOnlyDictionary<string, object?>, List<DefinitionFault>> check)
        where T : class
    {
        YamlDocument document;
        try
        {
            document = YamlDocument.Parse(source, limits);
        }
        catch (YamlException error)
        {
            return new DefinitionReading<T>(null, [new FlowFault("", $"YAML parsing error: {error.Message}", error.Line, error.Column)]);
        }

        if (document.Root is not IReadOnlyDictionary<string, object?> raw)
        {
            return new DefinitionReading<T>(null, [new FlowFault("", document.Root is null ? "No content to map due to end-of-input" : ShapeText.NoObject("java.util.LinkedHashMap", document.Root), 1, 1)]);
        }

        var faults = new List<DefinitionFault>();
        var definition = read(raw, faults);
        check(definition, raw, faults);
        return new DefinitionReading<T>(definition, [.. faults.Distinct().Select(fault => document.Place(fault))])
        {
            Unreadable = FirstUnreadable(faults, document) is { } first ? UnreadableText.Of(first) : null,
        };
    }
}

/// <summary>A task or trigger read on its own.</summary>
/// <param name="Definition">Null when the text is not even a map.</param>
public sealed record DefinitionReading<T>(T? Definition, IReadOnlyList<FlowFault> Faults)
    where T : class
{
    internal string? Unreadable { get; init; }

    /// <summary>What a validation answers; null when all is well.</summary>
    public string? Constraints => Unreadable ?? (Faults.Count == 0 ? null : string.Concat(Faults.Select(fault => (fault.Shown.Length == 0 ? fault.Message : fault.ToString()) + "\n")));
}
