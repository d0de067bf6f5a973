using Kestra.Engine;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Loop;

/// <summary>What the loop takes from its inbox.</summary>
internal abstract class LaneItem
{
    public const int UnknownPartition = -1;

    private const int Waiting = 0, Taken = 1, Withdrawn = 2;

    private int place;

    /// <summary>It was part of a transaction of which nobody knows whether it came to be.</summary>
    public bool IsUncertain { get; private set; }

    /// <summary>How often the database refused a transaction with it.</summary>
    public int Refusals { get; set; }

    /// <summary>Somebody waits for the outcome.</summary>
    public virtual bool HasCaller => false;

    /// <summary>The next loop has to carry it out, if this one does not; the others are read, or asked for, again.</summary>
    public virtual bool Outlives => true;

    /// <summary>Claims the item for its decision.</summary>
    /// <returns>False when its caller has been sent away; then it must not be carried out.</returns>
    public bool TryTake() => Interlocked.CompareExchange(ref place, Taken, Waiting) == Waiting;

    /// <summary>The decision came to nothing; it is to be decided again.</summary>
    public void PutBack(bool isUncertain)
    {
        IsUncertain = isUncertain;
        Volatile.Write(ref place, Waiting);
    }

    /// <summary>The transaction did not come to be.</summary>
    public void Settle() => IsUncertain = false;

    /// <summary>Sends the caller away, unless the item is being decided.</summary>
    public void Withdraw(string reason)
    {
        if (Interlocked.CompareExchange(ref place, Withdrawn, Waiting) == Waiting)
        {
            Fail(Unavailable(reason));
        }
    }

    /// <summary>Tells the caller, if there is one, that nothing came of it.</summary>
    public virtual void Fail(Exception cause)
    {
    }

    public CommandsUnavailableException Unavailable(string reason) =>
        new(IsUncertain ? $"{reason}; it is not known whether the request was carried out" : $"{reason}; nothing was changed", IsUncertain);

    /// <summary>A command to one execution.</summary>
    /// <param name="partition">Of the execution; <see cref="UnknownPartition"/> when it is found out by reading the execution.</param>
    public sealed class Decide(ExecutionRequest request, int partition, Caller? caller) : LaneItem
    {
        public ExecutionRequest Request { get; } = request;
        public int Partition { get; } = partition;

        /// <summary>Null when nobody waits.</summary>
        public Caller? Caller { get; } = caller;

        /// <summary>For a creation asked for by a task of another execution: who is told in the same batch.</summary>
        public SubflowOrigin? Origin { get; init; }

        /// <summary>It came through the inbox; what follows from other decisions is made again with them.</summary>
        public bool IsOuter { get; set; }

        /// <summary>The timer that has come up. It stays stored until this is decided, so that a death meanwhile loses nothing.</summary>
        public string? TimerKey { get; init; }

        /// <summary>How often its execution could not be read.</summary>
        public int Misreadings { get; set; }

        public override bool HasCaller => Caller is not null;

        public override bool Outlives => Caller is not QueuedCaller && TimerKey is null;

        public override void Fail(Exception cause) => Caller?.Fail(cause);
    }

    public sealed class Delete(string tenantId, string executionId, int partition, Caller caller) : LaneItem
    {
        public string TenantId { get; } = tenantId;
        public string ExecutionId { get; } = executionId;
        public int Partition { get; } = partition;
        public Caller Caller { get; } = caller;
        public override bool HasCaller => true;

        public override bool Outlives => Caller is not QueuedCaller;

        public override void Fail(Exception cause) => Caller.Fail(cause);
    }

    /// <summary>A stored command turned out to be for another partition: it moves there.</summary>
    public sealed class Forward(QueuedCommand command, int partition, Caller caller) : LaneItem
    {
        public QueuedCommand Command { get; } = command;
        public int Partition { get; } = partition;
        public Caller Caller { get; } = caller;
        public override bool Outlives => false;
    }

    /// <summary>A stored command that this program can't read is taken out.</summary>
    public sealed class Drop(Caller caller) : LaneItem
    {
        public Caller Caller { get; } = caller;
        public override bool Outlives => false;
    }

    /// <summary>A partition is this process's from now on.</summary>
    public sealed class Gain(GainedPartition partition, TaskCompletionSource done) : LaneItem
    {
        public GainedPartition Partition { get; } = partition;
        public TaskCompletionSource Done { get; } = done;
        public override bool Outlives => false;
    }

    /// <summary>A partition is given to another process.</summary>
    public sealed class Yield(int partition, TaskCompletionSource done) : LaneItem
    {
        public int Partition { get; } = partition;
        public TaskCompletionSource Done { get; } = done;
        public override bool Outlives => false;
    }

    /// <summary>An execution that was not in memory has been read.</summary>
    /// <param name="restored">Null when it does not exist.</param>
    /// <param name="program">The compiled flow that was looked up; null when reading failed.</param>
    /// <param name="loader">Who read it; what another loop's loader has read may be out of date.</param>
    public sealed class Loaded(ExecutionKey key, ActiveExecution? restored, FlowProgram? program, Exception? fault, ExecutionLoader loader) : LaneItem
    {
        /// <summary>The execution is left alone.</summary>
        public bool IsSkipped { get; init; }

        public ExecutionLoader Loader { get; } = loader;
        public override bool Outlives => false;
        public ExecutionKey Key { get; } = key;
        public ActiveExecution? Restored { get; } = restored;
        public FlowProgram? Program { get; } = program;
        public Exception? Fault { get; } = fault;
    }

    /// <summary>A change of state has been acted on.</summary>
    public sealed class ChangeDone(ExecutionChange change, ChangeOutcome outcome, TaskCompletionSource<bool> caller) : LaneItem
    {
        public ExecutionChange Change { get; } = change;
        public ChangeOutcome Outcome { get; } = outcome;

        /// <summary>Learns whether it was done.</summary>
        public TaskCompletionSource<bool> Caller { get; } = caller;
        public override bool HasCaller => true;

        public override void Fail(Exception cause) => Caller.TrySetException(cause);
    }

    /// <summary>The limit of a flow's newest revision, looked up because executions wait.</summary>
    /// <param name="limit">Null is none.</param>
    public sealed class LimitRead(Slots.FlowKey flow, int? limit) : LaneItem
    {
        public Slots.FlowKey Flow { get; } = flow;
        public int? Limit { get; } = limit;
        public override bool Outlives => false;
    }

    /// <summary>Logs arrived, a timer is due, or the loop shall look around for another reason.</summary>
    public sealed class Wake : LaneItem
    {
        public static readonly Wake Instance = new();
    }
}

internal readonly record struct ExecutionKey(string TenantId, string ExecutionId);

/// <summary>The task run of another execution that asked for a subflow.</summary>
/// <param name="Partition">Of the parent.</param>
internal sealed record SubflowOrigin(ExecutionKey Parent, int Partition, string TaskRunId)
{
    /// <summary>When the execution exists already and has failed, it is restarted.</summary>
    public bool RestartsFailed { get; init; }
}
