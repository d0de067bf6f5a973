using Kestra.Storage;
using Kestra.Storage.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Hosting.Liveness;

/// <summary>Deletes the rows of services that have been gone for long.</summary>
public sealed partial class ServicePurge(IServiceInstanceRepository repository, MemberServer server, TimeProvider time, ILogger<ServicePurge> logger) : BackgroundService
{
    // Databases that were never purged may hold very many.
    private const int Batch = 1_000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var delay = server.Settings.PurgeInitialDelay; !stoppingToken.IsCancellationRequested; delay = server.Settings.PurgeInterval)
        {
            await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
            {
                await PurgeAsync(stoppingToken);
            }
        }
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        var before = Instant.FromDateTimeOffset(time.GetUtcNow()) - Duration.FromTimeSpan(server.Settings.PurgeRetention);
        try
        {
            var (total, count) = (0, Batch);
            while (count == Batch)
            {
                count = await repository.PurgeAsync(before, Batch, cancellationToken);
                total += count;
            }

            LogPurged(total);
        }
        catch (StoreUnavailableException error)
        {
            LogPostponed(error.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogInterrupted();
        }
    }

    [LoggerMessage(LogLevel.Information, "Purged {Count} service instances")]
    private partial void LogPurged(int count);

    [LoggerMessage(LogLevel.Warning, "The service instances could not be purged now: {Reason}")]
    private partial void LogPostponed(string reason);

    [LoggerMessage(LogLevel.Debug, "The purge of service instances goes on after the next start")]
    private partial void LogInterrupted();
}
