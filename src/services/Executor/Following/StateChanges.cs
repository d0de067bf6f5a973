using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Executor.Following;

/// <summary>Stands between the loop and the one who acts on changes of state.</summary>
public sealed class StateChanges(ExecutorInbox inbox) : IExecutionChanges
{
    private volatile IExecutionChangeHandler? handler;

    /// <exception cref="InvalidOperationException">There is a handler already.</exception>
    public IDisposable Subscribe(IExecutionChangeHandler handler)
    {
        if (Interlocked.CompareExchange(ref this.handler, handler, null) is not null)
        {
            throw new InvalidOperationException("Changes of executions have a handler already.");
        }

        return new Subscription(this);
    }

    public ValueTask DoneAsync(ExecutionChange change, CancellationToken cancellationToken) =>
        inbox.PostAsync(new LaneItem.ChangeDone(change.Key), cancellationToken);

    internal bool AreWanted(string tenantId, string @namespace, string flowId, StateType state) => handler?.Wants(tenantId, @namespace, flowId, state) == true;

    internal void Hand(ExecutionChange change) => handler?.Take(change);

    private sealed class Subscription(StateChanges changes) : IDisposable
    {
        public void Dispose() => changes.handler = null;
    }
}
