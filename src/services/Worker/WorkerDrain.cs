using Kestra.Hosting.Liveness;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker;

/// <summary>The end of a worker: waits for what runs within the grace period, and then stops it.</summary>
internal sealed partial class WorkerDrain(WorkerOptions options, TimeProvider time, ILogger logger, WorkerStanding standing)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(1);

    /// <param name="remaining">How many runs are left.</param>
    /// <param name="stop">Asks them to stop, without a result.</param>
    /// <param name="hurry">Ends the grace period early.</param>
    public async Task RunAsync(Func<int> remaining, Action stop, CancellationToken hurry)
    {
        using var grace = new CancellationTokenSource(options.TerminationGracePeriod, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, standing.Lost, hurry);
        if (await IsIdleAsync(remaining, limit.Token))
        {
            LogTerminated();
            return;
        }

        LogForced();
        standing.ReportForced();
        stop();
        using var last = new CancellationTokenSource(options.CancellationGracePeriod, time);
        if (!await IsIdleAsync(remaining, last.Token))
        {
            LogLeft(remaining());
        }
    }

    private async Task<bool> IsIdleAsync(Func<int> remaining, CancellationToken limit)
    {
        using var look = new PeriodicTimer(Look, time);
        long? told = null;
        try
        {
            while (remaining() is > 0 and var count)
            {
                if (told is not { } last || time.GetElapsedTime(last) >= Reminder)
                {
                    LogWaiting(count);
                    told = time.GetTimestamp();
                }

                await look.WaitForNextTickAsync(limit);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            // The time is up, which may be at the very moment when the last one ended.
            return remaining() == 0;
        }
    }

    [LoggerMessage(LogLevel.Information, "Waiting for all worker threads to terminate (remaining: {Count}).")]
    private partial void LogWaiting(int count);

    [LoggerMessage(LogLevel.Information, "All working threads are terminated.")]
    private partial void LogTerminated();

    [LoggerMessage(LogLevel.Warning, "Worker still has some pending threads after `terminationGracePeriod`. Forcing shutdown now.")]
    private partial void LogForced();

    [LoggerMessage(LogLevel.Warning, "{Count} runs do not end although they were asked to; they are left behind")]
    private partial void LogLeft(int count);
}
