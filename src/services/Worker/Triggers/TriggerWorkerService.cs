using System.Collections.Concurrent;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Plugins.Triggers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker.Triggers;

/// <summary>
/// Takes trigger jobs as long as there is a free slot. Its slots are not those of tasks, so that neither waits for the other;
/// realtime triggers, which never end, have a limit of their own.
/// </summary>
internal sealed partial class TriggerWorkerService(ITriggerJobs jobs, TriggerRunner runner, WorkerOptions options, TimeProvider time, WorkerStanding standing, ILogger<TriggerWorkerService> logger) : BackgroundService
{
    private readonly ConcurrentBag<int> freeSlots = [.. Enumerable.Range(0, options.EffectiveTriggerThreads)];
    private readonly SemaphoreSlim slots = new(options.EffectiveTriggerThreads);
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
        slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var kills = jobs.SubscribeKills(runner.Kill);
        using var lost = standing.Lost.Register(GiveUp);
        using var taking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, standing.Lost);
        try
        {
            await TakeAsync(taking.Token);
        }
        catch (OperationCanceledException) when (taking.IsCancellationRequested)
        {
            LogTakesNoMore();
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        await foreach (var job in jobs.TakeAsync(options.Group, cancellationToken))
        {
            if (job.Plugin is IRealtimeTrigger)
            {
                _ = RunAsync(job, options.EffectiveTriggerThreads);
                continue;
            }

            _ = RunInSlotAsync(job);
            await slots.WaitAsync(cancellationToken);
        }
    }

    private void GiveUp()
    {
        runner.StopAll(realtimeOnly: false);
        abandoned.Cancel();
    }

    private async Task RunInSlotAsync(TriggerJob job)
    {
        freeSlots.TryTake(out var slot);
        try
        {
            await RunAsync(job, slot);
        }
        finally
        {
            freeSlots.Add(slot);
            slots.Release();
        }
    }

    private async Task RunAsync(TriggerJob job, int slot)
    {
        try
        {
            await runner.RunAsync(job, slot, abandoned.Token);
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            LogAbandoned(job.Key.ToString());
        }
        catch (Exception error)
        {
            LogBroken(job.Key.ToString(), error);
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
