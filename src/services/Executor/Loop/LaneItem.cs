using Kestra.Engine;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;
using Kestra.Storage.Triggers;

namespace Kestra.Executor.Loop;

/// <summary>What the loop takes from its inbox.</summary>
internal abstract class LaneItem
{
    public const int UnknownPartition = -1;

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
    }

    public sealed class Delete(string tenantId, string executionId, int partition, Caller caller) : LaneItem
    {
        public string TenantId { get; } = tenantId;
        public string ExecutionId { get; } = executionId;
        public int Partition { get; } = partition;
        public Caller Caller { get; } = caller;
    }

    /// <summary>A stored command turned out to be for another partition: it moves there.</summary>
    public sealed class Forward(QueuedCommand command, int partition, Caller caller) : LaneItem
    {
        public QueuedCommand Command { get; } = command;
        public int Partition { get; } = partition;
        public Caller Caller { get; } = caller;
    }

    /// <summary>A stored command that this program can't read is taken out.</summary>
    public sealed class Drop(Caller caller) : LaneItem
    {
        public Caller Caller { get; } = caller;
    }

    /// <summary>A partition is this process's from now on.</summary>
    public sealed class Gain(GainedPartition partition, TaskCompletionSource done) : LaneItem
    {
        public GainedPartition Partition { get; } = partition;
        public TaskCompletionSource Done { get; } = done;
    }

    /// <summary>A partition is given to another process.</summary>
    public sealed class Yield(int partition, TaskCompletionSource done) : LaneItem
    {
        public int Partition { get; } = partition;
        public TaskCompletionSource Done { get; } = done;
    }

    /// <summary>An execution that was not in memory has been read.</summary>
    /// <param name="restored">Null when it does not exist.</param>
    /// <param name="program">The compiled flow that was looked up; null when reading failed.</param>
    public sealed class Loaded(ExecutionKey key, ActiveExecution? restored, FlowProgram? program, Exception? fault) : LaneItem
    {
        public ExecutionKey Key { get; } = key;
        public ActiveExecution? Restored { get; } = restored;
        public FlowProgram? Program { get; } = program;
        public Exception? Fault { get; } = fault;
    }

    /// <summary>A change of state has been acted on.</summary>
    public sealed class ChangeDone(string key, IReadOnlyList<ConditionWindowChange> windows, TaskCompletionSource<bool> caller) : LaneItem
    {
        public string Key { get; } = key;
        public IReadOnlyList<ConditionWindowChange> Windows { get; } = windows;
        public TaskCompletionSource<bool> Caller { get; } = caller;
    }

    /// <summary>The limit of a flow's newest revision, looked up because executions wait.</summary>
    /// <param name="limit">Null is none.</param>
    public sealed class LimitRead(Slots.FlowKey flow, int? limit) : LaneItem
    {
        public Slots.FlowKey Flow { get; } = flow;
        public int? Limit { get; } = limit;
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
