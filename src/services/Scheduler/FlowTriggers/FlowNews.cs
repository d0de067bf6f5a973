namespace Kestra.Scheduler.FlowTriggers;

/// <summary>Whether the flows that other processes are known to have stored have been read. Any thread may ask.</summary>
internal sealed class FlowNews
{
    private long heard;
    private long read;
    private TaskCompletionSource reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A flow has been stored that has not been read yet: what looks at an execution is not fully known.</summary>
    public bool IsStale => Interlocked.Read(ref read) < Heard;

    /// <summary>Names what has been heard of so far; asked for before flows are read.</summary>
    public long Heard => Interlocked.Read(ref heard);

    public void Hear() => Interlocked.Increment(ref heard);

    /// <summary>Everything that had been heard of then has been read.</summary>
    public void Read(long upTo)
    {
        Interlocked.Exchange(ref read, upTo);
        Interlocked.Exchange(ref reading, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Waits until what has been heard of by now has been read.</summary>
    public async Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        for (var wanted = Heard; ;)
        {
            var next = Volatile.Read(ref reading).Task;
            if (Interlocked.Read(ref read) >= wanted)
            {
                return;
            }

            await next.WaitAsync(cancellationToken);
        }
    }
}
