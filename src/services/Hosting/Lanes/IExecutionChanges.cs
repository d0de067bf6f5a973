using Kestra.Model.Executions;
using Kestra.Storage.Triggers;

namespace Kestra.Hosting.Lanes;

/// <summary>
/// Changes of the states of executions, for those who act on them. A change that somebody wants is stored with the decision that
/// made it, and is handed out again until it is done: at least once, whatever dies in between.
/// </summary>
public interface IExecutionChanges
{
    /// <summary>
    /// Hands changes to a handler until disposed, in their order; first those that were not done when the last handler stopped.
    /// There is at most one.
    /// </summary>
    IDisposable Subscribe(IExecutionChangeHandler handler);

    /// <summary>The change need not be handed out again. Returns when that is durable, together with the windows that it has moved; a call that failed may be repeated.</summary>
    Task DoneAsync(ExecutionChange change, IReadOnlyList<ConditionWindowChange> windows, CancellationToken cancellationToken);
}

/// <summary>Takes changes; both calls come from the executor's loop and must return at once.</summary>
public interface IExecutionChangeHandler
{
    bool Wants(string tenantId, string @namespace, string flowId, StateType state);

    void Take(ExecutionChange change);
}

/// <param name="Key">Names the change; the same when it is handed out again.</param>
/// <param name="Execution">As of the change: its current state is the one that was reached.</param>
public sealed record ExecutionChange(string Key, Execution Execution);
