namespace Kestra.Worker.Jobs;

/// <summary>The reasons why a run may be cancelled; the first one counts.</summary>
internal enum CancelReason { None, Killed, TimedOut, Stopping }

/// <summary>The cancellation of one run with its reason.</summary>
internal sealed class RunCancellation : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private int reason;

    public CancellationToken Token => source.Token;

    public CancelReason Reason => (CancelReason)Volatile.Read(ref reason);

    public void Cancel(CancelReason because)
    {
        if (Interlocked.CompareExchange(ref reason, (int)because, (int)CancelReason.None) == (int)CancelReason.None)
        {
            // Handlers of the token may do real work (killing processes): not on the thread of whoever cancels.
            _ = source.CancelAsync();
        }
    }

    public void Dispose() => source.Dispose();
}
