using System.Collections.Concurrent;
using Kestra.Hosting.Lanes;
using Kestra.Worker.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker;

/// <summary>Takes jobs as long as there is a free slot, and runs them.</summary>
internal sealed partial class WorkerService(IWorkerJobs jobs, JobRunner runner, WorkerOptions options, TimeProvider time, ILogger<WorkerService> logger) : BackgroundService
{
    private readonly ConcurrentBag<int> freeSlots = [.. Enumerable.Range(0, options.EffectiveThreads)];
    private readonly SemaphoreSlim slots = new(options.EffectiveThreads);
    private readonly CancellationTokenSource abandoned = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await DrainAsync(cancellationToken);
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
        LogStarted(options.EffectiveThreads, options.Group ?? "default");
        await slots.WaitAsync(stoppingToken);
        await foreach (var job in jobs.TakeAsync(options.Group, stoppingToken))
        {
            _ = RunAsync(job);

            // The next job is taken only when it can run at once; until then it stays where others can take it.
            await slots.WaitAsync(stoppingToken);
        }
    }

    private async Task RunAsync(WorkerJob job)
    {
        freeSlots.TryTake(out var slot);
        try
        {
            await Task.Run(() => runner.RunAsync(job, slot, abandoned.Token));
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            LogAbandoned(job.ExecutionId, job.TaskRun.TaskId);
        }
        catch (Exception error)
        {
            LogBroken(job.ExecutionId, job.TaskRun.TaskId, error);
        }
        finally
        {
            freeSlots.Add(slot);
            slots.Release();
        }
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var grace = new CancellationTokenSource(options.TerminationGracePeriod, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        if (runner.Count > 0)
        {
            LogDraining(runner.Count, options.TerminationGracePeriod);
        }

        await UntilIdleAsync(limit.Token);
        if (runner.Count > 0)
        {
            runner.StopAll();
            using var last = new CancellationTokenSource(options.CancellationGracePeriod, time);
            await UntilIdleAsync(last.Token);
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

    [LoggerMessage(LogLevel.Information, "Worker started with {Threads} slots for group {Group}")]
    private partial void LogStarted(int threads, string group);

    [LoggerMessage(LogLevel.Information, "Waiting for {Count} running tasks, at most {GracePeriod}")]
    private partial void LogDraining(int count, TimeSpan gracePeriod);

    [LoggerMessage(LogLevel.Warning, "{Count} tasks are still running at the end of their grace period")]
    private partial void LogStillRunning(int count);

    [LoggerMessage(LogLevel.Warning, "The worker stopped before the result of execution {ExecutionId}, task {TaskId}, was taken; the task runs again")]
    private partial void LogAbandoned(string executionId, string taskId);

    [LoggerMessage(LogLevel.Error, "The job of execution {ExecutionId}, task {TaskId}, broke outside of its task")]
    private partial void LogBroken(string executionId, string taskId, Exception error);
}
