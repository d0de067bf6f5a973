using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Executor.Subflows;

/// <summary>
/// How many executions lead to a subflow, so that flows that start each other without end are stopped. The way up is
/// written in the executions themselves; what has been found on it is remembered for the next ones.
/// </summary>
internal sealed class SubflowDepths(IExecutionReader executions, int limit)
{
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<string, int> depths = new(StringComparer.Ordinal);

    /// <exception cref="SubflowRefusedException">The subflow would be deeper than the limit.</exception>
    public async Task CheckAsync(ExecutionKey parent, Effect.StartSubflow start, CancellationToken cancellationToken)
    {
        var depth = 1 + await OfAsync(parent.TenantId, parent.ExecutionId, start.AskedBy, cancellationToken);
        if (depth > limit)
        {
            throw new SubflowRefusedException($"The subflow '{start.Namespace}'.'{start.FlowId}' would be {depth} executions deep, and {limit} is the limit; do its flows start each other without end?");
        }
    }

    /// <summary>0 for an execution that no task has started.</summary>
    private async Task<int> OfAsync(string tenantId, string executionId, ExecutionTrigger? trigger, CancellationToken cancellationToken)
    {
        var way = new List<string>();
        var top = 0;
        for (var id = executionId; ParentOf(trigger) is { } parent; id = parent)
        {
            if (depths.TryGetValue(id, out top))
            {
                break;
            }

            way.Add(id);
            if (way.Count > limit)
            {
                break;
            }

            // A parent that was purged is the top as far as anybody can tell.
            trigger = (await executions.FindAsync(tenantId, parent, cancellationToken))?.Trigger;
        }

        Remember(way, top);
        return top + way.Count;
    }

    // The first of the way is the deepest.
    private void Remember(List<string> way, int top)
    {
        if (depths.Count > Remembered)
        {
            depths.Clear();
        }

        for (var index = 0; index < way.Count; index++)
        {
            depths[way[index]] = top + way.Count - index;
        }
    }

    // Flow triggers name an execution too, but no task run of it.
    private static string? ParentOf(ExecutionTrigger? trigger) =>
        trigger?.Variables is { } variables && variables.ContainsKey("taskRunId") ? variables.GetValueOrDefault("executionId") as string : null;
}
