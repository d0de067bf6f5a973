using System.Buffers;
using Kestra.Engine;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Loop;

/// <summary>
/// One transaction while it is being filled: the rows, the callers who wait for it and the effects that it releases.
/// </summary>
internal sealed class BatchUnderway(ExecutorOptions options, OwnedPartitions owned)
{
    private readonly List<ActiveExecution> touched = [];
    private readonly List<(Caller Caller, ActiveExecution Execution)> accepted = [];
    private readonly List<(Caller Caller, CommandOutcome Outcome)> answered = [];
    private readonly Dictionary<int, PartitionLease> leases = [];
    private readonly List<TaskCompletionSource<bool>> confirmed = [];

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

    /// <summary>Executions that have changed, each once.</summary>
    public IReadOnlyList<ActiveExecution> Touched => touched;

    /// <summary>Executions that ended with this batch, and their documents as they are stored.</summary>
    public List<(Execution Execution, ReadOnlyMemory<byte> Document)> Ended { get; } = [];

    /// <summary>Commands decided for this batch.</summary>
    public int Decided { get; set; }

    public bool IsEmpty => touched.Count == 0 && accepted.Count == 0 && answered.Count == 0 && confirmed.Count == 0 && Effects.Count == 0 && Changes.Count == 0 && !HandsEverything && Yielded.Count == 0 && Rows.IsEmpty;

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

    /// <summary>The batch came to nothing: tells those who wait.</summary>
    public void Fail(Exception cause)
    {
        foreach (var (caller, _) in accepted)
        {
            caller.Fail(cause);
        }

        foreach (var (caller, _) in answered)
        {
            caller.Fail(cause);
        }

        foreach (var caller in confirmed)
        {
            caller.TrySetException(cause);
        }

        foreach (var (_, done) in Yielded)
        {
            done.TrySetException(cause);
        }
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
        Rows.Snapshots.Add(Snapshots.Of(document, bytes, execution.Position, ended) with { Provisional = execution.IsProvisional, Partition = execution.Partition });
    }
}
