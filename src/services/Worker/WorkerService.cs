using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Maintenance;
using Kestra.Worker.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker;

/// <summary>Takes jobs as long as there is a free slot, and runs them.</summary>
/// <param name="standing">Tells when others have this worker's jobs; it then gives no more results.</param>
internal sealed partial class WorkerService(JobSources jobs, JobRunner runner, WorkerSlots slots, WorkerOptions options, TimeProvider time, WorkerStanding standing, ILogger<WorkerService> logger, MaintenanceMode? maintenance = null) : BackgroundService
{
    private readonly CancellationTokenSource abandoned = new();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await new WorkerDrain(options, time, logger, standing).RunAsync(() => runner.Count, runner.StopAll, cancellationToken);
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
        LogStarted(options.EffectiveThreads, options.Group ?? "default");
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
            await (maintenance?.WaitForEndAsync(cancellationToken) ?? Task.CompletedTask);
            if (!jobs.TryStart(job))
            {
                continue;
            }

            _ = RunAsync(job);

            // The next job is taken only when it can run at once; until then it stays where others can take it.
            await slots.WaitAsync(cancellationToken);
        }
    }

    private void GiveUp()
    {
        if (runner.Count > 0)
        {
            standing.ReportForced();
        }

        runner.StopAll();
        abandoned.Cancel();
    }

    private async Task RunAsync(WorkerJob job)
    {
        var slot = slots.Enter();
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
            slots.Leave(slot);
        }
    }

    [LoggerMessage(LogLevel.Information, "Worker started with {Threads} slots for group {Group}")]
    private partial void LogStarted(int threads, string group);

    [LoggerMessage(LogLevel.Debug, "The worker takes no more jobs")]
    private partial void LogTakesNoMore();

    [LoggerMessage(LogLevel.Warning, "The worker stopped before the result of execution {ExecutionId}, task {TaskId}, was taken; the task runs again")]
    private partial void LogAbandoned(string executionId, string taskId);

    [LoggerMessage(LogLevel.Error, "The job of execution {ExecutionId}, task {TaskId}, broke outside of its task")]
    private partial void LogBroken(string executionId, string taskId, Exception error);
}
