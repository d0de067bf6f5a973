using NodaTime;

namespace Kestra.Storage.Executions;

/// <summary>
/// The write side of executions. A partition has one owner at a time, who holds its executions in memory; the store is
/// the log. All executions of one flow share a partition, so its concurrency slots need no lock between partitions.
/// </summary>
public interface IExecutionJournal
{
    /// <summary>
    /// Takes a partition whose lease is free or has run out, judged by the store's clock; null when somebody else has it.
    /// An owner that comes back takes its own lease over, which ends what it started before.
    /// </summary>
    /// <param name="timeToLive">The lease ends this long after it was taken or last renewed.</param>
    Task<PartitionLease?> AcquireAsync(int partition, string owner, Duration timeToLive, CancellationToken cancellationToken);

    /// <summary>Prolongs leases of one owner, together.</summary>
    /// <returns>Those that were lost to another owner.</returns>
    Task<IReadOnlyList<PartitionLease>> RenewAsync(IReadOnlyList<PartitionLease> leases, Duration timeToLive, CancellationToken cancellationToken);

    /// <summary>Gives a partition back, so that it can be taken at once. Nothing can be written with the lease afterwards.</summary>
    Task ReleaseAsync(PartitionLease lease, CancellationToken cancellationToken);

    /// <summary>Counts an owner among those who share the leases of a circle, until its time is over or it leaves.</summary>
    /// <param name="owner">Is in one circle only.</param>
    /// <returns>How many there are now in the circle, this one included.</returns>
    Task<int> JoinAsync(string circle, string owner, Duration timeToLive, CancellationToken cancellationToken);

    Task LeaveAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Owners of partitions whose process has lost its place in the database without leaving, so that it has ended or was cut off.</summary>
    /// <returns>None where the store can't tell.</returns>
    Task<IReadOnlyList<string>> FindGoneAsync(CancellationToken cancellationToken);

    /// <summary>Everything of the partition that is not ended, as of one moment: read once by a new owner.</summary>
    Task<PartitionContents> LoadAsync(PartitionLease lease, CancellationToken cancellationToken);

    /// <summary>How many partitions there are: the same for every process on the same database.</summary>
    int Partitions { get; }

    /// <summary>One execution, ended or not: its snapshot and the events after it. Null when it does not exist.</summary>
    Task<StoredExecution?> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken);

    /// <summary>The events of an execution after a position, for a reader who has all before it already.</summary>
    /// <param name="version">The snapshot from which the reader began.</param>
    /// <returns>Null when that snapshot is not the execution's any more, or the execution is gone: then it has to be read anew.</returns>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadTailAsync(string tenantId, string executionId, long version, long afterPosition, CancellationToken cancellationToken);

    /// <summary>Writes one batch in one transaction; afterwards everything in it is durable.</summary>
    /// <param name="leases">Of all partitions whose rows the batch writes; what belongs to no partition (logs, metrics, commands for others) needs none.</param>
    /// <exception cref="LeaseLostException">Another owner has one of the partitions; nothing was written.</exception>
    Task CommitAsync(IReadOnlyList<PartitionLease> leases, ExecutionBatch batch, CancellationToken cancellationToken);

    /// <summary>Commands that other processes left for any of the partitions, oldest first.</summary>
    Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync(IReadOnlyCollection<int> partitions, int limit, CancellationToken cancellationToken);

    /// <summary>Takes the answers that were left for a reader, and forgets those that nobody has taken for an hour.</summary>
    Task<IReadOnlyList<CommandReply>> TakeRepliesAsync(string reader, CancellationToken cancellationToken);

    /// <summary>The flow of an execution, by which its partition is known; null when it does not exist.</summary>
    Task<ExecutionPlace?> FindPlaceAsync(string tenantId, string executionId, CancellationToken cancellationToken);

    /// <summary>The partition that has a timer of an execution, by which one is found that is still to be created; null when none has.</summary>
    Task<int?> FindTimerPartitionAsync(string tenantId, string executionId, CancellationToken cancellationToken);
}

/// <summary>Where an execution belongs.</summary>
public readonly record struct ExecutionPlace(string TenantId, string Namespace, string FlowId);

/// <param name="Epoch">Grows with each change of owner; every write carries it.</param>
public sealed record PartitionLease(int Partition, string Owner, long Epoch);

public sealed class LeaseLostException(PartitionLease lease)
    : Exception($"Partition {lease.Partition} is no longer owned by '{lease.Owner}' (epoch {lease.Epoch}).");

/// <summary>
/// What one transaction of the executor writes. Empty lists cost nothing. Of several entries for the same execution, timer or
/// slot the last one counts; timers are removed before others are set, and what is deleted goes last.
/// </summary>
public sealed class ExecutionBatch
{
    private readonly List<JobKill> jobsKilled = [];

    public List<JournalEntry> Journal { get; } = [];
    public List<ExecutionSnapshot> Snapshots { get; } = [];
    public List<ExecutionTimer> TimersSet { get; } = [];

    /// <summary>Keys of timers that fired or were cancelled.</summary>
    public List<string> TimersRemoved { get; } = [];

    /// <summary>Slots taken, waited for and given back.</summary>
    public List<SlotChange> Slots { get; } = [];

    /// <summary>Ids of commands that were carried out with this batch.</summary>
    public List<long> CommandsDone { get; } = [];
    public List<OutgoingCommand> CommandsSent { get; } = [];

    /// <summary>Answers to those who wait for a command in another process.</summary>
    public List<CommandReply> Replies { get; } = [];

    /// <summary>Jobs for workers of other processes. One whose attempt has a job already changes nothing.</summary>
    public List<WorkerJobRow> JobsSent { get; } = [];

    /// <summary>Attempts whose jobs are answered, or are not waited for any more; they go away before others are sent.</summary>
    public List<(string TaskRunId, int Attempt)> JobsDone { get; } = [];

    /// <summary>
    /// Evaluations of triggers that nobody waits for. What no worker has goes away; the others are killed, and stay until their workers
    /// have removed them.
    /// </summary>
    public List<string> WatchesStopped { get; } = [];

    /// <summary>Jobs of earlier batches that shall stop; filled by <see cref="KillJobs"/>.</summary>
    public IReadOnlyList<JobKill> JobsKilled => jobsKilled;

    /// <summary>Executions whose rows, journal, timers, slots and jobs go away.</summary>
    public List<(string TenantId, string ExecutionId)> Deleted { get; } = [];

    /// <summary>Trigger rows that change together with the executions of the batch (firing, unlocking).</summary>
    public List<Model.Triggers.Trigger> Triggers { get; } = [];

    /// <summary>Windows of multiple conditions that a change of an execution has moved, in order; of several for one condition the last one counts.</summary>
    public List<Triggers.ConditionWindowChange> Windows { get; } = [];
    public List<Model.Logs.LogEntry> Logs { get; } = [];
    public List<Model.Logs.MetricEntry> Metrics { get; } = [];

    public bool IsEmpty => Journal.Count == 0 && Snapshots.Count == 0 && TimersSet.Count == 0 && TimersRemoved.Count == 0 && Slots.Count == 0
        && CommandsDone.Count == 0 && CommandsSent.Count == 0 && Replies.Count == 0 && JobsSent.Count == 0 && JobsDone.Count == 0 && WatchesStopped.Count == 0 && jobsKilled.Count == 0
        && Deleted.Count == 0 && Triggers.Count == 0 && Windows.Count == 0 && Logs.Count == 0 && Metrics.Count == 0;

    /// <summary>What there is for workers of other processes after it.</summary>
    public WorkerJobNews NewsForWorkers => (JobsSent.Count > 0 ? WorkerJobNews.Waiting : WorkerJobNews.None) | (jobsKilled.Count > 0 || WatchesStopped.Count > 0 ? WorkerJobNews.Killed : WorkerJobNews.None);

    /// <summary>Stops the jobs that have been sent so far, in this batch or before; what is sent later is not meant.</summary>
    public void KillJobs(JobKill kill)
    {
        jobsKilled.Add(kill);
        for (var index = 0; index < JobsSent.Count; index++)
        {
            if (kill.Means(JobsSent[index]))
            {
                JobsSent[index] = JobsSent[index] with { Killed = true };
            }
        }
    }
}

/// <summary>One decided batch of one execution.</summary>
/// <param name="Position">1 for the first entry of an execution, without gaps; the snapshot says up to which it is complete.</param>
/// <param name="Events">Encoded by the engine; opaque to the store.</param>
public readonly record struct JournalEntry(string TenantId, string ExecutionId, long Position, ReadOnlyMemory<byte> Events);

/// <summary>The execution's document with the columns that queries need beside it.</summary>
public sealed record ExecutionSnapshot
{
    public int Partition { get; init; }
    public required string TenantId { get; init; }
    public required string Id { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public int? FlowRevision { get; init; }
    public required Model.Executions.StateType State { get; init; }
    public required Instant StartDate { get; init; }
    public Instant? EndDate { get; init; }

    /// <summary>Null while it runs.</summary>
    public Duration? Duration { get; init; }
    public IReadOnlyList<Model.Label> Labels { get; init; } = [];
    public Model.Executions.ExecutionKind? Kind { get; init; }
    public string? ParentId { get; init; }
    public string? OriginalId { get; init; }

    /// <summary>The execution that started this one (<c>trigger.variables.executionId</c>).</summary>
    public string? TriggerExecutionId { get; init; }
    public string? TriggerId { get; init; }

    /// <summary>The journal position that the document includes.</summary>
    public required long Position { get; init; }

    /// <summary>
    /// A further snapshot follows within moments. Until then the store may keep this one aside: reading the execution by its id
    /// finds it, and so does the next owner, but lists and counts need not.
    /// </summary>
    public bool Provisional { get; init; }

    /// <summary>Nothing will change any more: journal rows, timers and jobs go away with this write.</summary>
    public required bool Ended { get; init; }

    /// <summary>The document as UTF-8 JSON in the database profile.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }
}

/// <param name="Ended">The last snapshot said so: nothing will change any more unless it is started again.</param>
/// <param name="Document">The snapshot. An execution exists from its first one on.</param>
/// <param name="Position">The position that the document includes. Of an ended execution the store may say 0: its journal is gone, and the next entry may start anew.</param>
/// <param name="Tail">Events after it, in order.</param>
public sealed record StoredExecution(string TenantId, string ExecutionId, int Partition, bool Ended, ReadOnlyMemory<byte> Document, long Position, IReadOnlyList<ReadOnlyMemory<byte>> Tail)
{
    /// <summary>The snapshot is kept aside and not in lists yet: a full one is still to be written.</summary>
    public bool Provisional { get; init; }

    /// <summary>Another one for each snapshot of the execution; of no other meaning.</summary>
    public long Version { get; init; }
}

/// <param name="Key">Unique; setting a key again replaces its timer.</param>
/// <param name="Payload">Encoded by the engine.</param>
public readonly record struct ExecutionTimer(string Key, string TenantId, string ExecutionId, Instant DueAt, ReadOnlyMemory<byte> Payload)
{
    public int Partition { get; init; }
}

/// <summary>The place of one execution in its flow's concurrency limit.</summary>
/// <param name="State">What it has from now on.</param>
/// <param name="QueuedAt">Since when it waits; orders the queue.</param>
public readonly record struct SlotChange(string TenantId, string Namespace, string FlowId, string ExecutionId, SlotState State, Instant QueuedAt)
{
    public int Partition { get; init; }
}

public enum SlotState { Held, Queued, Released }

public readonly record struct QueuedCommand(long Id, int Partition, string ExecutionId, ReadOnlyMemory<byte> Command);

public readonly record struct OutgoingCommand(int Partition, string ExecutionId, ReadOnlyMemory<byte> Command);

/// <param name="Reader">Who waits; a process.</param>
/// <param name="Token">Names the command among those of the reader.</param>
public readonly record struct CommandReply(string Reader, string Token, ReadOnlyMemory<byte> Outcome);

/// <summary>Everything of a partition that is not ended.</summary>
public sealed record PartitionContents(
    IReadOnlyList<StoredExecution> Executions,
    IReadOnlyList<ExecutionTimer> Timers,
    IReadOnlyList<SlotChange> Slots,
    IReadOnlyList<WorkerJobRow> Jobs);
