using System.Diagnostics.CodeAnalysis;

namespace Kestra.Executor.Loop;

/// <summary>The executions in memory, and the commands that wait until theirs has been read. Used by the loop alone.</summary>
internal sealed class ExecutionTable
{
    private readonly Dictionary<ExecutionKey, ActiveExecution> active = [];
    private readonly Dictionary<ExecutionKey, List<LaneItem.Decide>> parked = [];

    public int Count => active.Count;

    public IEnumerable<ActiveExecution> All => active.Values;

    public bool TryGet(ExecutionKey key, [NotNullWhen(true)] out ActiveExecution? execution) => active.TryGetValue(key, out execution);

    public void Add(ActiveExecution execution) => active[execution.Key] = execution;

    public void Remove(ExecutionKey key) => active.Remove(key);

    public bool IsLoading(ExecutionKey key) => parked.ContainsKey(key);

    /// <summary>Keeps a command until its execution has been read.</summary>
    /// <returns>True when this is the first, so that reading must begin.</returns>
    public bool Park(ExecutionKey key, LaneItem.Decide item)
    {
        if (parked.TryGetValue(key, out var waiting))
        {
            waiting.Add(item);
            return false;
        }

        parked[key] = [item];
        return true;
    }

    public IReadOnlyList<LaneItem.Decide> TakeParked(ExecutionKey key) => parked.Remove(key, out var waiting) ? waiting : [];

    /// <summary>Takes the commands that wait for executions of a partition.</summary>
    public IReadOnlyList<LaneItem.Decide> TakeParked(int partition)
    {
        var keys = parked.Where(pair => pair.Value.Exists(item => item.Partition == partition)).Select(static pair => pair.Key).ToList();
        return [.. keys.SelectMany(TakeParked)];
    }

    /// <summary>Hands out the commands that were waiting.</summary>
    public IReadOnlyList<LaneItem.Decide> TakeAllParked()
    {
        var waiting = parked.Values.SelectMany(items => items).ToList();
        parked.Clear();
        return waiting;
    }
}
