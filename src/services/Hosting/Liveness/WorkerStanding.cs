namespace Kestra.Hosting.Liveness;

/// <summary>How the worker of this process stands: liveness says when it is given up, the worker says how it ended.</summary>
public sealed class WorkerStanding : IDisposable
{
    private readonly CancellationTokenSource lost = new();

    /// <summary>
    /// Cancelled when this worker's jobs run elsewhere, or may from now on: it takes no more, stops what runs and gives no
    /// results.
    /// </summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Whether jobs were still running when the worker ended.</summary>
    public bool WasForced { get; private set; }

    public void GiveUp() => lost.Cancel();

    public void ReportForced() => WasForced = true;

    public void Dispose() => lost.Dispose();
}
