using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Loop;

/// <summary>Who waits for the outcome of a command.</summary>
internal abstract class Caller
{
    /// <summary>Partitions whose lease the rows of the answer need; null is none.</summary>
    public virtual int? Partition => null;

    /// <summary>Adds what becomes durable with the decision. Called once, before the commit.</summary>
    public virtual void Write(CommandOutcome outcome, ExecutionBatch rows)
    {
    }

    /// <summary>The decision is durable.</summary>
    public abstract void Answer(CommandOutcome outcome);

    /// <summary>The command came to nothing.</summary>
    public abstract void Fail(Exception cause);
}

/// <summary>Somebody in this process.</summary>
internal sealed class WaitingCaller(TaskCompletionSource<CommandOutcome> waiting) : Caller
{
    public override void Answer(CommandOutcome outcome) => waiting.TrySetResult(outcome);

    public override void Fail(Exception cause) => waiting.TrySetException(cause);
}
