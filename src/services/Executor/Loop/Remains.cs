using Kestra.Engine;
using Kestra.Model.Logs;

namespace Kestra.Executor.Loop;

/// <summary>
/// What a loop that ended early leaves to the next one: commands without a durable decision, in order, and entries of logs that
/// may not have been written. So an outage costs neither results nor the patience of callers.
/// </summary>
internal sealed class Remains
{
    private readonly Queue<LaneItem> items = new();
    private readonly HashSet<(string TaskRunId, int Attempt)> results = [];

    public int Count => items.Count;

    /// <summary>The batch of which nobody knows whether it was written; null when there is none.</summary>
    public BatchUnderway? Uncertain { get; init; }

    public List<LogEntry> Logs { get; } = [];

    public List<MetricEntry> Metrics { get; } = [];

    /// <summary>The database refused a batch for good: each command gets a transaction of its own, so that only the one at fault fails.</summary>
    public bool OneByOne { get; init; }

    /// <summary>Keeps all that a batch would have written for others.</summary>
    public void Keep(BatchUnderway batch)
    {
        Logs.AddRange(batch.DrainedLogs);
        Metrics.AddRange(batch.DrainedMetrics);
        foreach (var item in batch.Items)
        {
            Add(item);
        }
    }

    public void Add(LaneItem item)
    {
        items.Enqueue(item);
        if (item is LaneItem.Decide { Request.Command: Command.TaskResult result })
        {
            results.Add((result.TaskRunId, result.Attempt));
        }
    }

    public bool TryTake(out LaneItem? item) => items.TryDequeue(out item);

    /// <summary>Whether the result of an attempt is among the commands.</summary>
    public bool HasResult(string taskRunId, int attempt) => results.Contains((taskRunId, attempt));

    /// <summary>The uncertain batch was not written, or that can't be found out: then those who wait for it are told so.</summary>
    public Remains WithUncertain(bool isUnwritten, string reason)
    {
        var whole = new Remains { OneByOne = OneByOne };
        whole.Logs.AddRange(Uncertain!.DrainedLogs);
        whole.Metrics.AddRange(Uncertain.DrainedMetrics);
        foreach (var item in Uncertain.Items)
        {
            if (isUnwritten || !item.HasCaller)
            {
                item.Settle();
                whole.Add(item);
            }
            else
            {
                item.Withdraw(reason);
            }
        }

        return whole.With(this);
    }

    /// <summary>The uncertain batch was written.</summary>
    public Remains WithoutUncertain() => new Remains { OneByOne = OneByOne }.With(this);

    /// <summary>Nobody will decide these any more.</summary>
    public void Dismiss(string reason)
    {
        foreach (var item in (Uncertain?.Items ?? []).Concat(items))
        {
            item.Withdraw(reason);
        }
    }

    private Remains With(Remains later)
    {
        Logs.AddRange(later.Logs);
        Metrics.AddRange(later.Metrics);
        foreach (var item in later.items)
        {
            Add(item);
        }

        return this;
    }
}
