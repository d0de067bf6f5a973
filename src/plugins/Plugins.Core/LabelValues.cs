using Kestra.Expressions;
using Kestra.Model;
using Kestra.Plugins.Description;

namespace Kestra.Plugins.Core;

/// <summary>Labels as properties have them: a map, or a list of keys and values.</summary>
internal static class LabelValues
{
    /// <summary>Of a rendered value; of two with one key the last one counts.</summary>
    /// <returns>Null when the value has another shape.</returns>
    public static List<Label>? Read(object? rendered)
    {
        var pairs = rendered switch
        {
            IReadOnlyDictionary<string, object?> map => map.Select(static pair => (pair.Key, ValueConversion.ToText(pair.Value))),
            IReadOnlyList<object?> list when list.All(static item => item is IReadOnlyDictionary<string, object?>) => list.Cast<IReadOnlyDictionary<string, object?>>().SelectMany(Pairs),
            _ => null,
        };
        if (pairs is null)
        {
            return null;
        }

        var labels = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            labels[key] = value;
        }

        return [.. labels.Select(static pair => new Label(pair.Key, pair.Value))];
    }

    /// <summary>Labels that a task would give to executions, as they are written in the flow.</summary>
    public static IEnumerable<PluginBindingFault> Check(object? written) => (Read(written) ?? [])
        .Where(static label => label.IsSystem)
        .Select(static label => new PluginBindingFault("labels", $"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}"));

    // An item is {key, value}, or a map of labels by itself.
    private static IEnumerable<(string, string)> Pairs(IReadOnlyDictionary<string, object?> item) => item.TryGetValue("key", out var key)
        ? [(ValueConversion.ToText(key), ValueConversion.ToText(item.GetValueOrDefault("value")))]
        : item.Select(static pair => (pair.Key, ValueConversion.ToText(pair.Value)));
}
