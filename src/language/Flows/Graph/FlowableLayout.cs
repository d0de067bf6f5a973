using System.Collections.Frozen;
using Kestra.Flows.Validation;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Graph;

/// <summary>One list of tasks below a flowable task.</summary>
/// <param name="Value">The choice that leads here.</param>
internal sealed record GraphBranch(IReadOnlyList<TaskDefinition> Tasks, string? Value);

/// <summary>How the tasks below a flowable task stand to it and to each other.</summary>
/// <param name="Relation">Of the task to those below it.</param>
/// <param name="IsParallel">The tasks stand beside each other.</param>
/// <param name="Dependencies">By id, the ids of the tasks before it; null outside of a Dag.</param>
internal sealed record FlowableLayout(RelationType Relation, bool IsParallel, IReadOnlyList<GraphBranch> Branches, IReadOnlyList<TaskDefinition> Errors, IReadOnlyList<TaskDefinition> Finally)
{
    private const string Flow = "io.kestra.plugin.core.flow.";

    private static readonly FrozenDictionary<string, RelationType> Relations = new Dictionary<string, RelationType>(StringComparer.Ordinal)
    {
        [Flow + "Parallel"] = RelationType.PARALLEL,
        [Flow + "If"] = RelationType.CHOICE,
        [Flow + "Switch"] = RelationType.CHOICE,
        [Flow + "Dag"] = RelationType.DYNAMIC,
        [Flow + "ForEach"] = RelationType.DYNAMIC,
        [Flow + "EachSequential"] = RelationType.DYNAMIC,
        [Flow + "EachParallel"] = RelationType.DYNAMIC,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Dependencies { get; init; }

    /// <returns>Null when the task has none below it.</returns>
    public static FlowableLayout? Of(TaskDefinition task, PluginDescriptor plugin)
    {
        var nested = NestedDefinitions.Of(plugin, task.Properties, FaultPlace.Root).Where(found => found.Kind == typeof(TaskDefinition)).ToList();
        var main = nested.Where(found => found.Property is not ("errors" or "finally" or "onPause")).ToList();
        if (plugin.Role is not (TaskRole.Flowable or TaskRole.WorkingDirectory) || main.Count == 0)
        {
            return null;
        }

        var relation = Relations.GetValueOrDefault(plugin.Type, RelationType.SEQUENTIAL);
        var branches = main.GroupBy(found => relation == RelationType.CHOICE ? ChoiceOf(found) : "").Select(group => new GraphBranch(Tasks(group), group.Key.Length == 0 ? null : group.Key));
        return new FlowableLayout(relation, plugin.Type is Flow + "Parallel" or Flow + "EachParallel", [.. branches], Tasks(nested.Where(found => found.Property == "errors")), Tasks(nested.Where(found => found.Property == "finally")))
        {
            Dependencies = plugin.Type == Flow + "Dag" ? DependenciesOf(task) : null,
        };
    }

    private static List<TaskDefinition> Tasks(IEnumerable<NestedDefinition> nested) => [.. nested.Select(found => DefinitionReader.ReadTask(found.Raw, "", []))];

    // Of a map of cases the key, otherwise the name of the property; a path looks like "cases.key[0]" or "then[0]".
    private static string ChoiceOf(NestedDefinition found)
    {
        var path = found.Place.Path;
        var list = path[..path.LastIndexOf('[')];
        return list.StartsWith(found.Property + ".", StringComparison.Ordinal) ? list[(found.Property.Length + 1)..] : found.Property;
    }

    private static Dictionary<string, IReadOnlyList<string>> DependenciesOf(TaskDefinition dag)
    {
        var dependencies = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var entry in (dag.Properties.GetValueOrDefault("tasks") as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>())
        {
            if (entry.GetValueOrDefault("task") is IReadOnlyDictionary<string, object?> task && task.GetValueOrDefault("id") is string id)
            {
                dependencies[id] = [.. (entry.GetValueOrDefault("dependsOn") as IReadOnlyList<object?> ?? []).OfType<string>()];
            }
        }

        return dependencies;
    }
}
