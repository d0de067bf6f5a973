using Kestra.Model.Executions;
using Kestra.Model.Json;

namespace Kestra.Engine.Running;

/// <summary>
/// Bytes of an execution's document as it is stored. A run is measured again when it was set since the last time, and everything
/// beside the runs when something of it has changed; so the cost follows what changes, however large the execution is.
/// </summary>
internal sealed class DocumentSize
{
    private readonly HashSet<RunNode> changed = [];
    private long runs;
    private long? rest;
    private bool hasRuns;

    public void Set(RunNode node) => changed.Add(node);

    public void Remove(RunNode node)
    {
        changed.Remove(node);
        runs -= node.Bytes;
        node.Bytes = 0;
    }

    /// <summary>Something beside the runs is not what it was.</summary>
    public void ForgetRest() => rest = null;

    /// <param name="frame">The execution without its runs, but with a list for them when it has some.</param>
    /// <param name="count">Number of its runs.</param>
    public long Measure(Func<Execution> frame, int count)
    {
        foreach (var node in changed)
        {
            runs -= node.Bytes;
            node.Bytes = ModelJson.SizeOf(node.Run);
            runs += node.Bytes;
        }

        changed.Clear();
        if (rest is null || hasRuns != count > 0)
        {
            (rest, hasRuns) = (ModelJson.SizeOf(frame()), count > 0);
        }

        return rest.Value + runs + Math.Max(0, count - 1);
    }
}
