using Kestra.Model.Executions;

namespace Kestra.Engine.Running;

/// <summary>The executions that one task run has started, and how many of them are in which state.</summary>
/// <param name="restartsFailed">Those that have failed, or what has replaced them, are restarted.</param>
internal sealed class SubflowBatch(int count, bool waits, bool restartsFailed)
{
    private readonly Dictionary<string, int> places = new(StringComparer.Ordinal);
    private readonly StateType[] states = [.. Enumerable.Repeat(waits ? StateType.CREATED : StateType.RUNNING, count)];
    private readonly OrderedDictionary<string, int> counts = new(StringComparer.Ordinal) { [(waits ? StateType.CREATED : StateType.RUNNING).ToString()] = count };

    public int Count => count;

    public bool RestartsFailed => restartsFailed;

    /// <summary>Those that nothing more is expected of.</summary>
    public int Finished { get; private set; }

    /// <summary>Executions that are not finished.</summary>
    public IEnumerable<string> Open => places.Where(place => !states[place.Value].IsTerminated).Select(place => place.Key);

    public void Add(string executionId, int index) => places[executionId] = index;

    public bool Knows(string executionId) => places.ContainsKey(executionId);

    /// <summary>1-based number of an execution.</summary>
    public int IterationOf(string executionId) => places[executionId] + 1;

    /// <summary>Another execution goes on in the place of one.</summary>
    public void Replace(string executionId, string replacement)
    {
        if (places.TryGetValue(executionId, out var index))
        {
            places[replacement] = index;
        }
    }

    /// <summary>Takes a state in; a finished one changes no more, so hearing of it twice counts once.</summary>
    /// <returns>False when nothing has changed.</returns>
    public bool Move(string executionId, StateType to)
    {
        var index = places[executionId];
        var from = states[index];
        if (from.IsTerminated || from == to)
        {
            return false;
        }

        states[index] = to;
        counts[from.ToString()]--;
        counts[to.ToString()] = counts.GetValueOrDefault(to.ToString()) + 1;
        Finished += to.IsTerminated ? 1 : 0;
        return true;
    }

    /// <summary>What all of them come to together.</summary>
    public StateType Result =>
        Has(StateType.FAILED) ? StateType.FAILED : Has(StateType.KILLED) ? StateType.KILLED : Has(StateType.WARNING) ? StateType.WARNING : StateType.SUCCESS;

    /// <summary>The counts as the task shows them.</summary>
    public OrderedDictionary<string, object?> ToOutput() => new(counts.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)), StringComparer.Ordinal);

    private bool Has(StateType type) => counts.GetValueOrDefault(type.ToString()) > 0;
}
