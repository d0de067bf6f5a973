using Kestra.Engine;
using Kestra.Executor.Slots;
using Kestra.Model.Executions;

namespace Kestra.Executor.Loop;

/// <summary>An execution that the loop holds in memory, with what is known of its rows.</summary>
internal sealed class ActiveExecution(ExecutionState state, FlowProgram program, int partition)
{
    public ExecutionState State { get; } = state;
    public FlowProgram Program { get; } = program;
    public int Partition { get; } = partition;

    public ExecutionKey Key { get; } = new(state.TenantId, state.Id);
    public FlowKey Flow { get; } = new(state.TenantId, state.Namespace, state.FlowId);

    /// <summary>Position of the last batch of events, written or about to be.</summary>
    public long Position { get; set; }

    /// <summary>Bytes of journal since the last snapshot.</summary>
    public long TailBytes { get; set; }

    /// <summary>Size of the last snapshot's document.</summary>
    public long DocumentBytes { get; set; }

    /// <summary>The state that the last snapshot shows; null before the first.</summary>
    public StateType? SnapshotState { get; set; }

    /// <summary>The last snapshot was a provisional one, which lists do not show.</summary>
    public bool IsProvisional { get; set; }

    /// <summary>The batch that is being filled writes a snapshot, whatever is decided.</summary>
    public bool OwesSnapshot { get; set; }

    /// <summary>Watchers know that their execution is in this process.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Nobody waits for its end, so there is no hurry to begin.</summary>
    public bool MayBeginLater { get; init; }

    /// <summary>The last snapshot said that the execution has ended.</summary>
    public bool IsStoredEnded { get; set; }

    /// <summary>Facts decided in the batch that is being filled.</summary>
    public List<ExecutionEvent> Fresh { get; } = [];
}
