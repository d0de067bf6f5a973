using Kestra.Hosting.Maintenance;
using Kestra.Model.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Liveness;

/// <summary>
/// Accompanies one service from its start to its end. It belongs before what the service consists of: the host starts in
/// that order and stops in the reverse one, so the service has ended when this is stopped.
/// </summary>
/// <param name="ready">Completes when the service works; null when it does as soon as everything has started.</param>
public sealed partial class ServiceLife(LocalService service, ServiceReporter reporter, WorkerStanding standing, TimeProvider time, ILogger<ServiceLife> logger, Func<Task>? ready = null, MaintenanceMode? maintenance = null)
    : IHostedLifecycleService, IDisposable
{
    // A stop goes on without the cluster when that cannot be told.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private Task following = Task.CompletedTask;

    /// <summary>Completes when the cluster was told that the service runs.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => reporter.RegisterAsync(service, cancellationToken);

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Running = RunAsync();
        following = FollowAsync();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Running;
        await following;
        await TellAsync(ServiceState.TERMINATING, () => LogTerminating(reporter.Name(service)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var end = service.Type == ServiceType.WORKER && standing.WasForced ? ServiceState.TERMINATED_FORCED : ServiceState.TERMINATED_GRACEFULLY;
        await TellAsync(end, () => LogClosed(reporter.Name(service), end));
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => stopping.Dispose();

    private async Task RunAsync()
    {
        try
        {
            await (ready?.Invoke() ?? Task.CompletedTask).WaitAsync(stopping.Token);
            await reporter.ReportAsync(service, ServiceState.RUNNING, null, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogNeverRan(reporter.Name(service));
        }
    }

    // Tells of each maintenance, and of its end.
    private async Task FollowAsync()
    {
        if (maintenance is null)
        {
            return;
        }

        try
        {
            await Running;
            for (var isOn = false; !stopping.IsCancellationRequested; isOn = !isOn)
            {
                await maintenance.WaitForChangeAsync(isOn, stopping.Token);
                if (service.State is ServiceState.RUNNING or ServiceState.MAINTENANCE)
                {
                    await reporter.ReportAsync(service, isOn ? ServiceState.RUNNING : ServiceState.MAINTENANCE, null, stopping.Token);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogFollowsNoMore(reporter.Name(service));
        }
    }

    // A start that failed may not have come as far as to this service.
    private async Task TellAsync(ServiceState state, Action log)
    {
        if (service.State is null)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Farewell, time);
        await reporter.ReportAsync(service, state, null, limit.Token);
        log();
    }

    [LoggerMessage(LogLevel.Information, "{Service} Terminating")]
    private partial void LogTerminating(string service);

    [LoggerMessage(LogLevel.Information, "{Service} Closed ({State}).")]
    private partial void LogClosed(string service, ServiceState state);

    [LoggerMessage(LogLevel.Trace, "{Service} Tells of no maintenance any more")]
    private partial void LogFollowsNoMore(string service);

    [LoggerMessage(LogLevel.Debug, "{Service} Asked to stop before it was ready")]
    private partial void LogNeverRan(string service);
}
