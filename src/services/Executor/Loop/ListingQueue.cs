namespace Kestra.Executor.Loop;

/// <summary>Executions that lists do not show yet, in the order in which they shall be shown. Most have ended before it is their turn.</summary>
/// <param name="delay">How long one is missing at most.</param>
/// <param name="delayInBurst">The same while executions come in faster than they can begin.</param>
/// <param name="isBurst">Whether they do.</param>
internal sealed class ListingQueue(TimeSpan delay, TimeSpan delayInBurst, Func<bool> isBurst, TimeProvider time)
{
    private readonly Queue<(ActiveExecution Execution, DateTimeOffset Since)> waiting = new();

    /// <summary>When the next one is due; null when none waits.</summary>
    public DateTimeOffset? NextDue => waiting.TryPeek(out var next) ? next.Since + Delay : null;

    private TimeSpan Delay => isBurst() ? delayInBurst : delay;

    /// <summary>Notes those of a batch that were written provisionally.</summary>
    public void Add(IEnumerable<ActiveExecution> executions)
    {
        foreach (var execution in executions)
        {
            if (execution.IsProvisional)
            {
                waiting.Enqueue((execution, time.GetUtcNow()));
            }
        }
    }

    /// <summary>Takes the next one that is due and not shown yet; null when there is none.</summary>
    public ActiveExecution? Take()
    {
        while (waiting.TryPeek(out var next) && (!next.Execution.IsProvisional || next.Since + Delay <= time.GetUtcNow()))
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
