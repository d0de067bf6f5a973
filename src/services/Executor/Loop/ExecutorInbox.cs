using System.Threading.Channels;
using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;

namespace Kestra.Executor.Loop;

/// <summary>
/// The bounded lane in front of the loop. New executions are turned away while too much is waiting; everything else about
/// executions that exist waits for its place, because refusing it would only make it come back.
/// </summary>
public sealed class ExecutorInbox(ExecutorOptions options, WorkerJobQueue jobs, OwnedPartitions owned) : ILocalExecutions
{
    private readonly Channel<LaneItem> channel = Channel.CreateBounded<LaneItem>(
        new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true, AllowSynchronousContinuations = false });

    private int wakePending;
    private long open;

    internal ChannelReader<LaneItem> Reader => channel.Reader;

    /// <summary>Executions held by the loop; written by the loop alone.</summary>
    internal long Open
    {
        get => Interlocked.Read(ref open);
        set => Interlocked.Exchange(ref open, value);
    }

    /// <summary>Whether new executions are turned away for now.</summary>
    internal bool IsOverloaded => jobs.Waiting >= options.WaitingJobsLimit || Open >= options.OpenExecutionsLimit;

    public bool Owns(int partition) => owned.Owns(partition);

    public async Task<CommandOutcome> SubmitAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new LaneItem.Decide(request, partition, new WaitingCaller(outcome));
        if (request.Command is Command.Create)
        {
            if (IsOverloaded || !channel.Writer.TryWrite(item))
            {
                return new CommandOutcome.Overloaded(TimeSpan.FromSeconds(1));
            }
        }
        else
        {
            await channel.Writer.WriteAsync(item, cancellationToken);
        }

        return await outcome.Task.WaitAsync(cancellationToken);
    }

    public ValueTask PostAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken) =>
        channel.Writer.WriteAsync(new LaneItem.Decide(request, partition, null), cancellationToken);

    public async Task<CommandOutcome> DeleteAsync(string tenantId, string executionId, int partition, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.Writer.WriteAsync(new LaneItem.Delete(tenantId, executionId, partition, new WaitingCaller(outcome)), cancellationToken);
        return await outcome.Task.WaitAsync(cancellationToken);
    }

    internal ValueTask PostAsync(LaneItem item, CancellationToken cancellationToken) => channel.Writer.WriteAsync(item, cancellationToken);

    /// <summary>Makes the loop look around. A full lane needs no wake: the loop is at work.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref wakePending, 1) == 0 && !channel.Writer.TryWrite(LaneItem.Wake.Instance))
        {
            Volatile.Write(ref wakePending, 0);
        }
    }

    /// <summary>The loop has taken the wake; the next one counts again.</summary>
    internal void WakeTaken() => Volatile.Write(ref wakePending, 0);
}
