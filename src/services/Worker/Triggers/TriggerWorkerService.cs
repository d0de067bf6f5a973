using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Maintenance;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker.Triggers;

/// <summary>Takes trigger jobs as long as there is a free slot, polling and realtime ones side by side.</summary>
internal sealed partial class TriggerWorkerService(ITriggerJobSource jobs, TriggerRunner runner, TriggerSlots slots, WorkerOptions options, TimeProvider time, WorkerStanding standing, ILogger<TriggerWorkerService> logger, MaintenanceMode? maintenance = null) : BackgroundService
{
    private readonly CancellationTokenSource abandoned = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        runner.StopAll(realtimeOnly: true);
        using var grace = new CancellationTokenSource(options.TerminationGracePeriod, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, standing.Lost, cancellationToken);
        await UntilIdleAsync(limit.Token);
        runner.StopAll(realtimeOnly: false);
        using var last = new CancellationTokenSource(options.CancellationGracePeriod, time);
        await UntilIdleAsync(last.Token);
        await abandoned.CancelAsync();
    }

    public override void Dispose()
    {
        abandoned.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var kills = jobs.SubscribeKills(runner.Kill);
        using var lost = standing.Lost.Register(GiveUp);
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, standing.Lost);
        try
        {
            // Neither ends by itself.
            await await Task.WhenAny(TakeAsync(realtime: false, taking.Token), TakeAsync(realtime: true, taking.Token));
        }
        catch (OperationCanceledException) when (taking.IsCancellationRequested)
        {
            LogTakesNoMore();
        }
    }

    private async Task TakeAsync(bool realtime, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(realtime, cancellationToken);
        await foreach (var job in jobs.TakeAsync(options.Group, realtime, cancellationToken))
        {
            await (maintenance?.WaitForEndAsync(cancellationToken) ?? Task.CompletedTask);
            _ = RunInSlotAsync(job);
            await slots.WaitAsync(realtime, cancellationToken);
        }
    }

    private void GiveUp()
    {
        runner.StopAll(realtimeOnly: false);
        abandoned.Cancel();
    }

    private async Task RunInSlotAsync(TriggerJob job)
    {
        var slot = slots.Enter(job.IsRealtime);
        var isAnswered = false;
        try
        {
            isAnswered = await runner.RunAsync(job, slot, abandoned.Token);
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            LogAbandoned(job.Key.ToString());
        }
        catch (Exception error)
        {
            LogBroken(job.Key.ToString(), error);
        }
        finally
        {
            jobs.Done(job, isAnswered);
            slots.Leave(job.IsRealtime, slot);
        }
    }

    private async Task UntilIdleAsync(CancellationToken limit)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20), time);
        try
        {
            while (runner.Count > 0)
            {
                await look.WaitForNextTickAsync(limit);
            }
        }
        catch (OperationCanceledException)
        {
            LogStillRunning(runner.Count);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The worker takes no more triggers")]
    private partial void LogTakesNoMore();

    [LoggerMessage(LogLevel.Warning, "{Count} triggers are still evaluated at the end of their grace period")]
    private partial void LogStillRunning(int count);

    [LoggerMessage(LogLevel.Warning, "The worker stopped before the answer of trigger {Trigger} was taken; it is evaluated again")]
    private partial void LogAbandoned(string trigger);

    [LoggerMessage(LogLevel.Error, "The job of trigger {Trigger} broke outside of its trigger")]
    private partial void LogBroken(string trigger, Exception error);
}
