using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Storage.Triggers;

namespace Kestra.Executor.Loop;

/// <summary>What the loop takes from its inbox.</summary>
internal abstract class LaneItem
{
    /// <summary>A command to one execution.</summary>
    public sealed class Decide(ExecutionRequest request, TaskCompletionSource<CommandOutcome>? caller) : LaneItem
    {
        public ExecutionRequest Request { get; } = request;

        /// <summary>Null when nobody waits.</summary>
        public TaskCompletionSource<CommandOutcome>? Caller { get; } = caller;

        /// <summary>For a creation asked for by a task of another execution: who is told in the same batch.</summary>
        public SubflowOrigin? Origin { get; init; }
    }

    public sealed class Delete(string tenantId, string executionId, TaskCompletionSource<bool> caller) : LaneItem
    {
        public string TenantId { get; } = tenantId;
        public string ExecutionId { get; } = executionId;
        public TaskCompletionSource<bool> Caller { get; } = caller;
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

    /// <summary>Logs arrived, a timer is due, or the loop shall look around for another reason.</summary>
    public sealed class Wake : LaneItem
    {
        public static readonly Wake Instance = new();
    }
}

internal readonly record struct ExecutionKey(string TenantId, string ExecutionId);

/// <summary>The task run of another execution that asked for a subflow.</summary>
internal sealed record SubflowOrigin(ExecutionKey Parent, string TaskRunId)
{
    /// <summary>When the execution exists already and has failed, it is restarted.</summary>
    public bool RestartsFailed { get; init; }
}
