using Kestra.Flows.Yaml;
using Kestra.Model.Flows.Reading;

namespace Kestra.Flows.Validation;

/// <summary>What a validation lets pass and only a save refuses (§1.2 of the model): there, Kestra reads the source a second time in another way.</summary>
internal static class SaveRules
{
    private static readonly (string Name, string ItemClass)[] Lists =
    [
        ("tasks", "io.kestra.core.models.tasks.GenericTask"), ("triggers", "io.kestra.core.models.triggers.GenericTrigger"),
    ];

    public static IReadOnlyList<FlowFault> Check(IReadOnlyDictionary<string, object?> raw, YamlDocument document) =>
        [.. document.Repeated.Select(Repeated).Concat(Lists.SelectMany(list => EmptyItems(raw, document, list.Name, list.ItemClass))).OrderBy(fault => fault.Line).ThenBy(fault => fault.Column)];

    private static FlowFault Repeated(RepeatedKey key) =>
        new(key.Path, UnreadableText.Source("genericflow", $"Duplicate field '{key.Key}'", (key.Line, key.EndColumn)), key.Line, key.Column) { Kind = FaultKind.Shape };

    private static IEnumerable<FlowFault> EmptyItems(IReadOnlyDictionary<string, object?> raw, YamlDocument document, string name, string itemClass)
    {
        if (raw.GetValueOrDefault(name) is not IReadOnlyList<object?> items)
        {
            yield break;
        }

        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is null)
            {
                var path = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}[{index}]");
                var at = document.Positions[path];
                yield return new FlowFault(path, UnreadableText.Source("genericflow", $"Cannot coerce empty String (\"\") to `{itemClass}` value (but could if coercion was enabled using `CoercionConfig`)", at), at.Line, at.Column) { Kind = FaultKind.Shape };
            }
        }
    }
}
