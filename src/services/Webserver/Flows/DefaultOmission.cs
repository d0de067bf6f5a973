using System.Globalization;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Webserver.Flows;

/// <summary>Leaves out of tasks and triggers what is written there though it is the default: answers have never shown it.</summary>
internal sealed class DefaultOmission(IPluginCatalog catalog)
{
    public Flow Apply(Flow flow) => flow with
    {
        Tasks = Tasks(flow.Tasks)!,
        Errors = Tasks(flow.Errors),
        Finally = Tasks(flow.Finally),
        AfterExecution = Tasks(flow.AfterExecution),
        Triggers = flow.Triggers?.Select(trigger => trigger with { Properties = Properties(trigger.Type, trigger.Properties) }).ToList(),
    };

    private List<TaskDefinition>? Tasks(IReadOnlyList<TaskDefinition>? tasks) => tasks?.Select(task => task with { Properties = Properties(task.Type, task.Properties) }).ToList();

    private OrderedDictionary<string, object?> Properties(string type, IReadOnlyDictionary<string, object?> properties)
    {
        var plugin = catalog.Find(type);
        var kept = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            if (plugin?.Properties.FirstOrDefault(property => property.Name == name) is not { Dynamic: false, Default: { } normal } || !IsSame(value, normal))
            {
                kept[name] = Nested(value);
            }
        }

        return kept;
    }

    private object? Nested(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("id") is string && map.GetValueOrDefault("type") is string type => Properties(type, map),
        IReadOnlyDictionary<string, object?> map => new OrderedDictionary<string, object?>(map.Select(pair => KeyValuePair.Create(pair.Key, Nested(pair.Value))), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(Nested).ToList(),
        _ => value,
    };

    // Lists and maps have no default but the empty one, which nobody writes.
    private static bool IsSame(object? written, object normal) => written switch
    {
        bool flag => normal is bool same && flag == same,
        string text => normal is string or Enum && text == Convert.ToString(normal, CultureInfo.InvariantCulture),
        int or long => normal is int or long && Convert.ToInt64(written, CultureInfo.InvariantCulture) == Convert.ToInt64(normal, CultureInfo.InvariantCulture),
        _ => false,
    };
}
