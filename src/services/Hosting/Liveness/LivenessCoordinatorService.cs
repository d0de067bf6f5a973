using Kestra.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Liveness;

/// <summary>Lets the coordinator look at intervals. A little chance keeps several executors from looking at the same moment.</summary>
/// <param name="jitter">Milliseconds that are added to an interval.</param>
public sealed partial class LivenessCoordinatorService(LivenessCoordinator coordinator, MemberServer server, TimeProvider time, ILogger<LivenessCoordinatorService> logger, Func<int>? jitter = null)
    : BackgroundService
{
    private const int LargestJitter = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var liveness = server.Settings.Config.Liveness;
        var pace = new Pace(time, liveness.Interval.ToTimeSpan() + TimeSpan.FromMilliseconds(LargestJitter), liveness.Timeout.ToTimeSpan());
        while (!stoppingToken.IsCancellationRequested)
        {
            var added = TimeSpan.FromMilliseconds(jitter?.Invoke() ?? Random.Shared.Next(LargestJitter));
            await Task.Delay(liveness.Interval.ToTimeSpan() + added, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (pace.Lateness() is { } elapsed)
            {
                // If this process slept, others may have slept with it; they get an interval to be heard.
                LogLate((long)elapsed.TotalMilliseconds);
                continue;
            }

            await LookAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            await coordinator.LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogEnds();
        }
        catch (StoreUnavailableException error)
        {
            LogUnavailable(error.Message);
        }
        catch (Exception error)
        {
            LogFailed(error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Thread starvation or clock leap detected (elapsed since previous schedule {Elapsed}ms")]
    private partial void LogLate(long elapsed);

    [LoggerMessage(LogLevel.Debug, "The services are no longer looked after by this server")]
    private partial void LogEnds();

    [LoggerMessage(LogLevel.Warning, "The services could not be looked after: {Reason}")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(LogLevel.Error, "The services could not be looked after")]
    private partial void LogFailed(Exception error);
}
