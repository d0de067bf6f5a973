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
public sealed class ExecutorInbox(ExecutorOptions options, WorkerJobQueue jobs, OwnedPartitions owned, TimeProvider time) : ILocalExecutions
{
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(1);

    private readonly Channel<LaneItem> channel = Channel.CreateBounded<LaneItem>(
        new BoundedChannelOptions(options.QueueCapacity) { SingleReader = true, AllowSynchronousContinuations = false });

    private volatile Gate gate = new();
    private int wakePending;
    private long open;

    internal ChannelReader<LaneItem> Reader => channel.Reader;

    /// <summary>Set with everything that comes in. The loop waits for it on its own thread, and not for a thread of the pool.</summary>
    internal ManualResetEventSlim Arrived { get; } = new(false, spinCount: 0);

    /// <summary>Executions held by the loop; written by the loop alone.</summary>
    internal long Open
    {
        get => Interlocked.Read(ref open);
        set => Interlocked.Exchange(ref open, value);
    }

    /// <summary>What waits for the loop, and how quickly it is worked off.</summary>
    internal LaneLoad Load { get; } = new(time);

    /// <summary>Turns a new execution away for now; null lets it in.</summary>
    /// <param name="isAwaited">Somebody would wait for its end.</param>
    internal CommandOutcome.Overloaded? Overload(bool isAwaited)
    {
        var wait = Load.Wait(channel.Reader.Count);
        var isFull = jobs.Waiting >= options.WaitingJobsLimit || jobs.Waiting * Load.DocumentBytes >= options.WaitingBytesLimit || Open >= options.OpenExecutionsLimit;
        return isFull || wait > (isAwaited ? options.AwaitedLimit : options.AcceptedLimit) ? new CommandOutcome.Overloaded(Within(wait)) : null;
    }

    // The only partition is this process's business even while its database is away.
    public bool Owns(int partition) => owned.Total == 1 || owned.Owns(partition);

    public async Task<CommandOutcome> SubmitAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new LaneItem.Decide(request, partition, new WaitingCaller(outcome));
        var now = Entered();
        if (request.Command is Command.Create)
        {
            if (Overload(request.IsAwaited) is { } overloaded)
            {
                return overloaded;
            }

            if (!TryWrite(item))
            {
                return new CommandOutcome.Overloaded(Within(Load.Wait(channel.Reader.Count)));
            }
        }
        else
        {
            await WriteAsync(item, now, cancellationToken);
        }

        using var watch = now.Watch(item);
        return await outcome.Task.WaitAsync(cancellationToken);
    }

    public ValueTask PostAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken) =>
        PostAsync(new LaneItem.Decide(request, partition, null), cancellationToken);

    public async Task<CommandOutcome> DeleteAsync(string tenantId, string executionId, int partition, CancellationToken cancellationToken)
    {
        var outcome = new TaskCompletionSource<CommandOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var item = new LaneItem.Delete(tenantId, executionId, partition, new WaitingCaller(outcome));
        var now = Entered();
        await WriteAsync(item, now, cancellationToken);
        using var watch = now.Watch(item);
        return await outcome.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sends everybody away who waits for a decision that is not being made, and whoever comes; what nobody waits for stays.</summary>
    /// <param name="reason">For the callers.</param>
    internal void Close(string reason) => gate.Close(reason);

    /// <summary>Lets callers in again.</summary>
    internal void Reopen()
    {
        if (gate.Reason is not null)
        {
            gate = new Gate();
        }
    }

    internal ValueTask PostAsync(LaneItem item, CancellationToken cancellationToken) => TryWrite(item) ? ValueTask.CompletedTask : WriteLaterAsync(item, cancellationToken);

    /// <summary>Makes the loop look around. A full lane needs no wake: the loop is at work.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref wakePending, 1) == 0 && !TryWrite(LaneItem.Wake.Instance))
        {
            Volatile.Write(ref wakePending, 0);
        }
    }

    /// <summary>The loop has taken the wake; the next one counts again.</summary>
    internal void WakeTaken() => Volatile.Write(ref wakePending, 0);

    private static TimeSpan Within(TimeSpan wait) => wait < ShortestRetry ? ShortestRetry : wait > LongestRetry ? LongestRetry : wait;

    private Gate Entered() => gate is { Reason: { } reason } ? throw new CommandsUnavailableException($"{reason}; nothing was changed") : gate;

    private bool TryWrite(LaneItem item)
    {
        if (!channel.Writer.TryWrite(item))
        {
            return false;
        }

        Arrived.Set();
        return true;
    }

    private async ValueTask WriteLaterAsync(LaneItem item, CancellationToken cancellationToken)
    {
        await channel.Writer.WriteAsync(item, cancellationToken);
        Arrived.Set();
    }

    private async ValueTask WriteAsync(LaneItem item, Gate entered, CancellationToken cancellationToken)
    {
        if (TryWrite(item))
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, entered.Closing);
        try
        {
            await WriteLaterAsync(item, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw item.Unavailable(entered.Reason!);
        }
    }

    /// <summary>What callers pass on their way in, and what sends them away when it closes.</summary>
    private sealed class Gate
    {
        private readonly Action close;

        // The source is never disposed: callers may still hold a registration, and without a timer or a wait handle it holds nothing.
        public Gate()
        {
            var source = new CancellationTokenSource();
            (Closing, close) = (source.Token, source.Cancel);
        }

        /// <summary>Why it is closed; null while it is open.</summary>
        public string? Reason { get; private set; }

        public CancellationToken Closing { get; }

        public CancellationTokenRegistration Watch(LaneItem item) =>
            Closing.UnsafeRegister(static state => Leave(((Gate, LaneItem))state!), (this, item));

        public void Close(string reason)
        {
            Reason = reason;
            close();
        }

        private static void Leave((Gate Gate, LaneItem Item) waiting) => waiting.Item.Withdraw(waiting.Gate.Reason!);
    }
}
