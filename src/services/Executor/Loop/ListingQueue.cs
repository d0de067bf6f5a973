namespace Kestra.Executor.Loop;

/// <summary>Executions that lists do not show yet, in the order in which they shall be shown. Most have ended before it is their turn.</summary>
internal sealed class ListingQueue(TimeSpan delay, TimeProvider time)
{
    private readonly Queue<(ActiveExecution Execution, DateTimeOffset Due)> waiting = new();

    /// <summary>When the next one is due; null when none waits.</summary>
    public DateTimeOffset? NextDue => waiting.TryPeek(out var next) ? next.Due : null;

    /// <summary>Notes those of a batch that were written provisionally.</summary>
    public void Add(IEnumerable<ActiveExecution> executions)
    {
        foreach (var execution in executions)
        {
            if (execution.IsProvisional)
            {
                waiting.Enqueue((execution, time.GetUtcNow() + delay));
            }
        }
    }

    /// <summary>Takes the next one that is due and not shown yet; null when there is none.</summary>
    public ActiveExecution? Take()
    {
        while (waiting.TryPeek(out var next) && (!next.Execution.IsProvisional || next.Due <= time.GetUtcNow()))
        {
            waiting.Dequeue();
            if (next.Execution.IsProvisional)
            {
                return next.Execution;
            }
        }

        return null;
    }
}
