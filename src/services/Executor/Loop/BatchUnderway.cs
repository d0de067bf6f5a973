using System.Buffers;
using Kestra.Engine;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Loop;

/// <summary>
/// One transaction while it is being filled: the rows, the callers who wait for it and the effects that it releases.
/// </summary>
internal sealed class BatchUnderway(ExecutorOptions options, OwnedPartitions owned)
{
    private readonly List<ActiveExecution> touched = [];
    private readonly List<LaneItem> items = [];
    private readonly List<(Caller Caller, ActiveExecution Execution)> accepted = [];
    private readonly List<(Caller Caller, CommandOutcome Outcome)> answered = [];
    private readonly Dictionary<int, PartitionLease> leases = [];
    private readonly List<TaskCompletionSource<bool>> confirmed = [];
    private readonly List<LogEntry> carriedLogs = [];
    private readonly List<MetricEntry> carriedMetrics = [];
    private int? ownLogs;
    private int? ownMetrics;

    public ExecutionBatch Rows { get; } = new();

    /// <summary>Of the partitions to which rows of the batch belong.</summary>
    public IReadOnlyList<PartitionLease> Leases => [.. leases.Values];

    /// <summary>Partitions that are given away with this batch, and who waits for it.</summary>
    public List<(PartitionLease Lease, TaskCompletionSource Done)> Yielded { get; } = [];

    /// <summary>Effects to carry out after the commit, in order.</summary>
    public List<(ActiveExecution Execution, Effect Effect)> Effects { get; } = [];

    /// <summary>Changes of state to hand out after the commit.</summary>
    public List<ExecutionChange> Changes { get; } = [];

    /// <summary>Its changes are all that are not done.</summary>
    public bool HandsEverything { get; set; }

    /// <summary>What was decided, in order; without what followed from it, and without what the database keeps.</summary>
    public IReadOnlyList<LaneItem> Items => items;

    /// <summary>An execution from whose row it can be told later whether this batch was written; null when there is none.</summary>
    public BatchWitness? Witness { get; private set; }

    /// <summary>Log entries that others wrote; the decisions' own come before them.</summary>
    public IEnumerable<LogEntry> DrainedLogs => ownLogs is { } own ? Rows.Logs.Skip(own) : carriedLogs;

    public IEnumerable<MetricEntry> DrainedMetrics => ownMetrics is { } own ? Rows.Metrics.Skip(own) : carriedMetrics;

    /// <summary>Executions that have changed, each once.</summary>
    public IReadOnlyList<ActiveExecution> Touched => touched;

    /// <summary>Executions that ended with this batch, and their documents as they are stored.</summary>
    public List<(Execution Execution, ReadOnlyMemory<byte> Document)> Ended { get; } = [];

    /// <summary>Commands decided for this batch.</summary>
    public int Decided { get; set; }

    /// <summary>Executions that come to be with this batch.</summary>
    public int Created { get; set; }

    public bool IsEmpty => touched.Count == 0 && accepted.Count == 0 && answered.Count == 0 && confirmed.Count == 0 && Effects.Count == 0 && Changes.Count == 0 && !HandsEverything && Yielded.Count == 0 && carriedLogs.Count == 0 && carriedMetrics.Count == 0 && Rows.IsEmpty;

    /// <summary>The batch has rows of a partition.</summary>
    public void Touch(int partition)
    {
        if (!leases.ContainsKey(partition))
        {
            leases[partition] = owned.LeaseOf(partition);
        }
    }

    public void Add(ActiveExecution execution, IReadOnlyList<ExecutionEvent> events)
    {
        Touch(execution.Partition);
        if (events.Count == 0)
        {
            return;
        }

        Touch(execution);
        execution.Fresh.AddRange(events);
    }

    /// <summary>Writes the execution where lists show it.</summary>
    public void AddSnapshot(ActiveExecution execution)
    {
        Touch(execution.Partition);
        Touch(execution);
        execution.OwesSnapshot = true;
    }

    public void SetTimer(in ExecutionTimer timer)
    {
        Touch(timer.Partition);
        Rows.TimersRemoved.Remove(timer.Key);
        Rows.TimersSet.Add(timer);
    }

    public void RemoveTimer(string key, int partition)
    {
        Touch(partition);
        Rows.TimersSet.RemoveAll(pending => pending.Key == key);
        Rows.TimersRemoved.Add(key);
    }

    /// <summary>Keeps what is decided with this batch, for the case that the batch comes to nothing. Its timer is over with it.</summary>
    public void Note(LaneItem item)
    {
        if (item is LaneItem.Decide { TimerKey: { } key } timed)
        {
            RemoveTimer(key, timed.Partition);
        }

        if (item is not LaneItem.Decide { IsOuter: false } && item.Outlives)
        {
            items.Add(item);
        }
    }

    /// <summary>Takes over entries that an earlier batch could not write.</summary>
    public void Carry(Remains left)
    {
        carriedLogs.AddRange(left.Logs);
        carriedMetrics.AddRange(left.Metrics);
    }

    /// <summary>Takes the entries of others in. Nothing of the decisions' own may come later.</summary>
    public void Drain(LogBuffer logs)
    {
        if (ownLogs is null)
        {
            (ownLogs, ownMetrics) = (Rows.Logs.Count, Rows.Metrics.Count);
            Rows.Logs.AddRange(carriedLogs);
            Rows.Metrics.AddRange(carriedMetrics);
        }

        logs.Drain(Rows.Logs, Rows.Metrics, options.LogCapacity);
    }

    public void Accept(Caller? caller, ActiveExecution execution)
    {
        if (caller is not null)
        {
            Touch(caller);
            accepted.Add((caller, execution));
        }
    }

    /// <summary>Answers with the batch rather than at once, so that an answer never overtakes what it rests on.</summary>
    public void Answer(Caller? caller, CommandOutcome outcome)
    {
        if (caller is not null)
        {
            Touch(caller);
            answered.Add((caller, outcome));
        }
    }

    /// <summary>Tells a caller when the batch is durable.</summary>
    public void Confirm(TaskCompletionSource<bool> caller) => confirmed.Add(caller);

    public void Delete(ActiveExecution? execution, LaneItem.Delete item)
    {
        Touch(item.Partition);
        Rows.Deleted.Add((item.TenantId, item.ExecutionId));
        Answer(item.Caller, new CommandOutcome.Deleted());
        if (execution is not null && touched.Remove(execution))
        {
            execution.Fresh.Clear();
            execution.OwesSnapshot = false;
        }
    }

    /// <summary>Turns the decided facts into rows. Nothing is decided for this batch afterwards.</summary>
    public void Close()
    {
        var documents = new Dictionary<ActiveExecution, Execution>();
        foreach (var execution in touched)
        {
            execution.Position++;
            Witness = Better(Witness, execution);
            WriteRows(execution, documents);
            execution.Fresh.Clear();
            execution.OwesSnapshot = false;
        }

        foreach (var (caller, execution) in accepted)
        {
            if (!documents.TryGetValue(execution, out var document))
            {
                documents[execution] = document = execution.State.ToExecution();
            }

            answered.Add((caller, new CommandOutcome.Accepted(document)));
        }

        accepted.Clear();
        foreach (var (caller, outcome) in answered)
        {
            caller.Write(outcome, Rows);
        }
    }

    /// <summary>After the commit: tells those who wait.</summary>
    public void Complete()
    {
        foreach (var (caller, outcome) in answered)
        {
            caller.Answer(outcome);
        }

        foreach (var caller in confirmed)
        {
            caller.TrySetResult(true);
        }
    }

    /// <summary>The batch came to nothing: tells those who wait for partitions to be given away. The commands are the next loop's.</summary>
    public void FailYields(Exception cause)
    {
        foreach (var (_, done) in Yielded)
        {
            done.TrySetException(cause);
        }
    }

    // That a new execution exists tells all. The row of one that stays open tells its position; of one that ends here it tells only
    // that it is over now and was not before.
    private BatchWitness? Better(BatchWitness? known, ActiveExecution execution)
    {
        var ended = execution.State.HasEnded;
        var isNew = execution.SnapshotState is null;
        if (known is { IsNew: true } || (!isNew && (known is { Ended: false } || (ended && (execution.IsStoredEnded || known is not null)))))
        {
            return known;
        }

        // Not the lease that the process has by now: the partition may be given away with this very batch.
        return new BatchWitness(execution.Key, leases[execution.Partition], execution.Position, isNew, ended);
    }

    private void Touch(Caller caller)
    {
        if (caller.Partition is { } partition)
        {
            Touch(partition);
        }
    }

    private void Touch(ActiveExecution execution)
    {
        if (execution.Fresh.Count == 0 && !execution.OwesSnapshot)
        {
            touched.Add(execution);
        }
    }

    private void WriteRows(ActiveExecution execution, Dictionary<ActiveExecution, Execution> documents)
    {
        var ended = execution.State.HasEnded;
        if (ended || execution.OwesSnapshot || execution.SnapshotState != execution.State.Current)
        {
            WriteSnapshot(execution, documents, ended);
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        EventCodec.Encode(execution.Fresh, buffer);
        execution.TailBytes += buffer.WrittenCount;
        if (execution.TailBytes > Math.Max(execution.DocumentBytes, options.MinimumTailBytes))
        {
            WriteSnapshot(execution, documents, ended);
            return;
        }

        Rows.Journal.Add(new JournalEntry(execution.Key.TenantId, execution.Key.ExecutionId, execution.Position, buffer.WrittenMemory));
    }

    // A snapshot includes the facts of its own batch, so they need no row in the journal beside it.
    private void WriteSnapshot(ActiveExecution execution, Dictionary<ActiveExecution, Execution> documents, bool ended)
    {
        var document = execution.State.ToExecution();
        var bytes = ModelJson.Serialize(document, JsonProfile.Database);
        documents[execution] = document;
        if (ended)
        {
            Ended.Add((document, bytes));
        }

        execution.IsProvisional = options.ListDelay > TimeSpan.Zero && execution.SnapshotState is null && !ended;
        execution.TailBytes = 0;
        execution.DocumentBytes = bytes.Length;
        execution.SnapshotState = document.State.Current;
        execution.IsStoredEnded = ended;
        Rows.Snapshots.Add(Snapshots.Of(document, bytes, execution.Position, ended) with { Provisional = execution.IsProvisional, Partition = execution.Partition });
    }
}

/// <param name="Lease">With which the execution was written.</param>
/// <param name="Position">That the execution has with the batch.</param>
/// <param name="IsNew">Whether it comes to be with the batch.</param>
/// <param name="Ended">Whether it ends with the batch.</param>
internal sealed record BatchWitness(ExecutionKey Key, PartitionLease Lease, long Position, bool IsNew, bool Ended);
