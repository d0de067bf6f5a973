using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Liveness;

/// <summary>Gives signs of life for all services of this process, from before the first starts until after the last has ended.</summary>
public sealed partial class HeartbeatService(IEnumerable<LocalService> services, ServiceReporter reporter, MemberServer server, TimeProvider time, ILogger<HeartbeatService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    private readonly List<LocalService> beating = [.. services];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!server.Settings.Config.Liveness.Enabled)
        {
            LogDisabled();
        }

        var pace = new Pace(time, server.Settings.Config.Liveness.HeartbeatInterval.ToTimeSpan(), server.Settings.Config.Liveness.Timeout.ToTimeSpan());
        while (!stoppingToken.IsCancellationRequested)
        {
            if (pace.Lateness() is { } elapsed)
            {
                LogLate((long)elapsed.TotalMilliseconds);
            }

            try
            {
                await Task.WhenAll(beating.Select(service => reporter.BeatAsync(service, stoppingToken)));
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // A row that cannot be read must not end the signs of life of the others.
                LogFailed(error);
            }

            await Task.Delay(NextDelay(), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A worker that is not heard looks at its clock in time.
    private TimeSpan NextDelay()
    {
        var delay = server.Settings.Config.Liveness.HeartbeatInterval.ToTimeSpan();
        foreach (var service in beating)
        {
            var remaining = reporter.Remaining(service);
            delay = remaining > TimeSpan.Zero && remaining < delay ? remaining : delay;
        }

        return delay < Shortest ? Shortest : delay;
    }

    [LoggerMessage(LogLevel.Warning, "Server liveness is disabled (kestra.server.liveness.enabled=false) If you are running in production environment, please ensure this property is configured to 'true'.")]
    private partial void LogDisabled();

    [LoggerMessage(LogLevel.Warning, "Thread starvation or clock leap detected (elapsed since previous schedule {Elapsed}ms")]
    private partial void LogLate(long elapsed);

    [LoggerMessage(LogLevel.Error, "A sign of life could not be given")]
    private partial void LogFailed(Exception error);
}
