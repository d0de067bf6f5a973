using Kestra.Storage;
using Kestra.Storage.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Maintenance;

/// <summary>
/// Whether the installation is in maintenance: what runs is finished, nothing new begins, and what is asked for meanwhile is kept.
/// It is a setting in the database, so it outlives the processes and holds for all of them. See docs/architecture/maintenance.md.
/// </summary>
public sealed partial class MaintenanceMode(ISettingRepository settings, TimeProvider time, ILogger<MaintenanceMode> logger) : BackgroundService
{
    private const string Setting = "kestra.maintenance";

    // How long other processes take to hear of it.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private volatile TaskCompletionSource change = New();
    private volatile bool isOn;

    public bool IsOn => isOn;

    /// <summary>Begins it here at once, and within a second everywhere.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        await settings.SaveAsync(Setting, "true", cancellationToken);
        Apply(true);
    }

    /// <summary>Ends it; what was kept is carried out.</summary>
    public async Task ExitAsync(CancellationToken cancellationToken)
    {
        await settings.DeleteAsync(Setting, cancellationToken);
        Apply(false);
    }

    /// <summary>Completes when it is over; at once when there is none.</summary>
    public Task WaitForEndAsync(CancellationToken cancellationToken) => WaitForChangeAsync(from: true, cancellationToken);

    /// <summary>Completes when it is no more as it was said to be.</summary>
    public async Task WaitForChangeAsync(bool from, CancellationToken cancellationToken)
    {
        while (true)
        {
            var next = change.Task;
            if (isOn != from)
            {
                return;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    // Before the other services start: one that comes up in maintenance begins nothing.
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReadAsync(stoppingToken);
            }
            catch (StoreUnavailableException away)
            {
                LogNotRead(away.Message);
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken) =>
        Apply(string.Equals(await settings.FindAsync(Setting, cancellationToken), "true", StringComparison.Ordinal));

    private void Apply(bool on)
    {
        lock (gate)
        {
            if (isOn == on)
            {
                return;
            }

            isOn = on;
            var told = change;
            change = New();
            told.SetResult();
        }

        if (on)
        {
            LogEntered();
        }
        else
        {
            LogLeft();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(LogLevel.Warning, "Maintenance begins: running tasks are finished, nothing else begins, and what is asked for is kept until its end")]
    private partial void LogEntered();

    [LoggerMessage(LogLevel.Warning, "Maintenance is over")]
    private partial void LogLeft();

    [LoggerMessage(LogLevel.Debug, "Whether there is maintenance could not be read ({Reason}); it stays as it was")]
    private partial void LogNotRead(string reason);
}
