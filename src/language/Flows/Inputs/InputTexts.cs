using System.Globalization;
using Kestra.Flows.Yaml;

namespace Kestra.Flows.Inputs;

/// <summary>
/// Inputs are read straight from the YAML text, unlike tasks: the default of an input that holds a text is what stands there,
/// so that an unquoted <c>no</c> or <c>1.50</c> stays itself.
/// </summary>
internal static class InputTexts
{
    private static readonly HashSet<string> TextTypes = new(StringComparer.Ordinal) { "STRING", "SECRET", "EMAIL", "URI", "ENUM", "SELECT" };

    public static IReadOnlyDictionary<string, object?> AsWritten(IReadOnlyDictionary<string, object?> flow, YamlDocument document)
    {
        if (document.InputScalars.Count == 0 || flow.GetValueOrDefault("inputs") is not IReadOnlyList<object?> inputs)
        {
            return flow;
        }

        return new OrderedDictionary<string, object?>(flow, StringComparer.Ordinal)
        {
            ["inputs"] = inputs.Select((input, index) => AsWritten(input, string.Create(CultureInfo.InvariantCulture, $"inputs[{index}].defaults"), document)).ToList(),
        };
    }

    private static object? AsWritten(object? input, string path, YamlDocument document) =>
        input is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("type") is string type && TextTypes.Contains(type) && document.InputScalars.TryGetValue(path, out var text)
            ? new OrderedDictionary<string, object?>(map, StringComparer.Ordinal) { ["defaults"] = text }
            : input;
}
