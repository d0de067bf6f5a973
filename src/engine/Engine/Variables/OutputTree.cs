using Kestra.Engine.Running;

namespace Kestra.Engine.Variables;

/// <summary>
/// The variables <c>outputs</c> and <c>tasks</c>, kept up to date run by run. Both are persistent maps: whoever takes one
/// keeps seeing what it was then, at no cost, while the execution goes on. What came first is listed first, so that what an expression
/// makes of all outputs of a loop does not change from run to run.
/// </summary>
internal sealed class OutputTree(bool withStates)
{
    private static readonly PersistentMap Empty = PersistentMap.Empty;

    public PersistentMap Outputs { get; private set; } = Empty;

    public PersistentMap States { get; private set; } = Empty;

    public void Set(RunNode node)
    {
        var run = node.Run;
        if (run.Outputs is { Count: > 0 } outputs)
        {
            Outputs = Put(Outputs, Path(node), 0, outputs, merge: run.Iteration is not null);
        }
        else if (run.Outputs is not null && !Outputs.ContainsKey(run.TaskId))
        {
            Outputs = Outputs.SetItem(run.TaskId, Empty);
        }

        if (withStates)
        {
            var state = Empty.SetItem("state", run.State.Current.ToString());
            States = run.Value is { } value
                ? States.SetItem(run.TaskId, (States.GetValueOrDefault(run.TaskId) as PersistentMap ?? Empty).SetItem(value, state))
                : States.SetItem(run.TaskId, state);
        }
    }

    /// <summary>The outputs of all runs, with others in the place of those of one run.</summary>
    public PersistentMap With(RunNode node, IReadOnlyDictionary<string, object?> outputs) =>
        Put(Outputs, Path(node), 0, outputs, merge: node.Run.Iteration is not null);

    /// <summary>Takes out what runs that are gone had put in.</summary>
    public void Remove(IEnumerable<RunNode> runs)
    {
        foreach (var run in runs)
        {
            Outputs = Without(Outputs, Path(run), 0);
            States = run.Run.Value is { } value && States.GetValueOrDefault(run.Run.TaskId) is PersistentMap values
                ? Kept(States, run.Run.TaskId, values.Remove(value))
                : States.Remove(run.Run.TaskId);
        }
    }

    // The task, then the values of the ancestors that have one, outermost first, then the own value.
    private static List<string> Path(RunNode node)
    {
        var path = new List<string>();
        for (var ancestor = node; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (ancestor.Run.Value is { } value)
            {
                path.Add(value);
            }
        }

        path.Add(node.Run.TaskId);
        path.Reverse();
        return path;
    }

    private static PersistentMap Without(PersistentMap map, List<string> path, int depth)
    {
        var key = path[depth];
        if (depth == path.Count - 1)
        {
            return map.Remove(key);
        }

        return map.GetValueOrDefault(key) is PersistentMap below ? Kept(map, key, Without(below, path, depth + 1)) : map;
    }

    private static PersistentMap Kept(PersistentMap map, string key, PersistentMap below) =>
        below.Count == 0 ? map.Remove(key) : map.SetItem(key, below);

    private static PersistentMap Put(PersistentMap map, List<string> path, int depth, IReadOnlyDictionary<string, object?> outputs, bool merge)
    {
        var key = path[depth];
        if (depth == path.Count - 1)
        {
            var previous = map.GetValueOrDefault(key) as IReadOnlyDictionary<string, object?>;
            return map.SetItem(key, merge && previous is { Count: > 0 } ? Merge(previous, outputs) : outputs);
        }

        var below = map.GetValueOrDefault(key) as PersistentMap ?? Empty;
        return map.SetItem(key, Put(below, path, depth + 1, outputs, merge));
    }

    private static IReadOnlyDictionary<string, object?> Merge(IReadOnlyDictionary<string, object?> first, IReadOnlyDictionary<string, object?> second)
    {
        var merged = new OrderedDictionary<string, object?>(first, StringComparer.Ordinal);
        foreach (var (key, value) in second)
        {
            merged[key] = merged.TryGetValue(key, out var old) && old is IReadOnlyDictionary<string, object?> oldMap && value is IReadOnlyDictionary<string, object?> newMap
                ? Merge(oldMap, newMap)
                : value;
        }

        return merged;
    }
}
