using Kestra.Executor.Loop;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Following;

/// <summary>Stands between the loop and the one who acts on changes of state.</summary>
/// <param name="isHandlerExpected">Whether there will be a handler: while it is away, every change is kept for it.</param>
public sealed class StateChanges(ExecutorInbox inbox, OwnedPartitions owned, bool isHandlerExpected) : IExecutionChanges
{
    private volatile IExecutionChangeHandler? handler;
    private volatile bool isCatchingUp;

    /// <exception cref="InvalidOperationException">There is a handler already.</exception>
    public IDisposable Subscribe(IExecutionChangeHandler handler)
    {
        if (Interlocked.CompareExchange(ref this.handler, handler, null) is not null)
        {
            throw new InvalidOperationException("Changes of executions have a handler already.");
        }

        isCatchingUp = true;
        HasNewHandler = true;
        inbox.Wake();
        return new Subscription(this);
    }

    public long? TenureOf(string tenantId, string @namespace, string flowId) => owned.EpochOf(FlowPartition.Of(tenantId, @namespace, flowId, owned.Total));

    public async Task<bool> DoneAsync(ExecutionChange change, ChangeOutcome outcome, CancellationToken cancellationToken)
    {
        var durable = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.PostAsync(new LaneItem.ChangeDone(change, outcome, durable), cancellationToken);
        return await durable.Task.WaitAsync(cancellationToken);
    }

    /// <summary>A handler has come and has not been told yet what is not done; the loop takes it back when it has.</summary>
    internal volatile bool HasNewHandler;

    internal bool AreWanted(string tenantId, string @namespace, string flowId, StateType state) => handler?.Wants(tenantId, @namespace, flowId, state) ?? isHandlerExpected;

    /// <param name="isEverything">They are all that is not done; until these were handed out, no newer one overtakes them.</param>
    internal void Hand(IReadOnlyList<ExecutionChange> changes, bool isEverything)
    {
        if (isCatchingUp && !isEverything)
        {
            return;
        }

        foreach (var change in changes)
        {
            handler?.Take(change);
        }

        isCatchingUp = isCatchingUp && !isEverything;
    }

    private sealed class Subscription(StateChanges changes) : IDisposable
    {
        public void Dispose() => changes.handler = null;
    }
}
