using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Plugins.Tasks;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>Takes one job from start to its result, and knows which jobs are running, so that they can be killed.</summary>
internal sealed partial class JobRunner(
    AttemptRunner attempts,
    WorkingDirectoryRunner workingDirectories,
    RunMasks masks,
    RunServices services,
    IExecutionCommands commands,
    JobSources jobs,
    WorkerOptions options,
    WorkerIdentity identity,
    WorkerMetrics metrics,
    ILogger<JobRunner> logger)
{
    private readonly ConcurrentDictionary<(string TaskRunId, int Attempt), Running> running = new();
    private readonly RememberedKills kills = new(options.RememberedKills);

    public int Count => running.Count;

    /// <summary>The jobs that run at this moment.</summary>
    public IReadOnlyList<WorkerJob> Jobs => [.. running.Values.Select(static run => run.Job)];

    /// <summary>Runs the job and hands its result over. Never throws for what a task does.</summary>
    public async Task RunAsync(WorkerJob job, int slot, CancellationToken stopping)
    {
        using var cancellation = new RunCancellation();
        var key = (job.TaskRun.Id, job.Attempt);
        running[key] = new Running(job, cancellation);
        if (kills.Covers(job))
        {
            // The request came while the job was on its way. One that comes from here on finds it running.
            await RefuseAsync(job, key, stopping);
            return;
        }

        masks.Enter(job.ExecutionId);
        var started = Instant.FromDateTimeOffset(services.Time.GetUtcNow());
        metrics.Started(job, (started - job.TaskRun.State.Histories[^1].Date).ToTimeSpan());
        TimeSpan? duration = null;
        try
        {
            LogStarted(job.Task.Type, job.ExecutionId, job.TaskRun.TaskId);
            await using var report = ReportWhenItLasts(job, started, stopping);
            var outcome = await RunPluginAsync(job, slot, cancellation, stopping);
            if (cancellation.Reason == CancelReason.TimedOut)
            {
                metrics.TimedOut(job);
            }

            if (outcome is not null)
            {
                duration = (outcome.EndedAt - outcome.StartedAt).ToTimeSpan();
                await PostAsync(job, outcome, stopping);
                LogCompleted(job.Task.Type, job.ExecutionId, job.TaskRun.TaskId, outcome.State, (outcome.EndedAt - outcome.StartedAt).TotalMilliseconds);
            }
        }
        finally
        {
            metrics.Ended(job, duration);
            masks.Leave(job.ExecutionId);
            running.TryRemove(key, out _);
            jobs.Done(job);
        }
    }

    /// <summary>Stops the runs that a kill request means.</summary>
    public void Kill(KillRequest request)
    {
        metrics.Killed(request);
        kills.Add(request, Instant.FromDateTimeOffset(services.Time.GetUtcNow()));
        foreach (var (_, run) in running)
        {
            if (request.Means(run.Job))
            {
                run.Cancellation.Cancel(CancelReason.Killed);
            }
        }
    }

    /// <summary>Stops every run because the worker stops; they have no result and run again elsewhere.</summary>
    public void StopAll()
    {
        foreach (var (_, run) in running)
        {
            run.Cancellation.Cancel(CancelReason.Stopping);
        }
    }

    private async Task RefuseAsync(WorkerJob job, (string TaskRunId, int Attempt) key, CancellationToken stopping)
    {
        try
        {
            var now = Instant.FromDateTimeOffset(services.Time.GetUtcNow());
            await commands.PostAsync(job.Request(Command.TaskResult.NeverBegun(job.TaskRun.Id, job.Attempt, now)), stopping);
        }
        finally
        {
            running.TryRemove(key, out _);
            jobs.Done(job);
        }
    }

    private async Task<AttemptOutcome?> RunPluginAsync(WorkerJob job, int slot, RunCancellation cancellation, CancellationToken stopping)
    {
        var run = new RunIdentity(job.TenantId, job.Namespace, job.FlowId, job.FlowRevision, job.ExecutionId, job.TaskRun, job.Attempt, null, job.Kind, slot);
        var directory = new RunWorkingDirectory(options.WorkingFolder ?? Path.Combine(Path.GetTempPath(), "kestra-wd"), services.Ids);
        try
        {
            return job.Plugin is IRunnableTask plugin
                ? await attempts.RunAsync(run, job.Task, plugin, job.Variables, directory, cancellation)
                : await workingDirectories.RunAsync(run, job, directory, cancellation, stopping);
        }
        finally
        {
            if (directory.Remove() is { } reason)
            {
                LogFolderLeft(job.ExecutionId, job.TaskRun.TaskId, reason);
            }
        }
    }

    private async Task PostAsync(WorkerJob job, AttemptOutcome outcome, CancellationToken stopping)
    {
        var result = new Command.TaskResult(job.TaskRun.Id, job.Attempt, outcome.State, outcome.StartedAt, outcome.EndedAt, outcome.Outputs, identity.Id, outcome.LogFile);
        await commands.PostAsync(job.Request(result), stopping);
    }

    // Short runs are the most; telling of their start too would double what is written for them.
    private ITimer ReportWhenItLasts(WorkerJob job, Instant started, CancellationToken stopping) => services.Time.CreateTimer(
        _ =>
        {
            var command = new Command.TaskStarted(job.TaskRun.Id, job.Attempt, started, identity.Id);
            _ = commands.PostAsync(job.Request(command), stopping).AsTask();
        },
        null,
        options.StartedAfter,
        Timeout.InfiniteTimeSpan);

    private sealed record Running(WorkerJob Job, RunCancellation Cancellation);

    [LoggerMessage(LogLevel.Debug, "Type {Type} started (execution {ExecutionId}, task {TaskId})")]
    private partial void LogStarted(string type, string executionId, string taskId);

    [LoggerMessage(LogLevel.Debug, "Type {Type} of execution {ExecutionId}, task {TaskId}, completed with state {State} in {Milliseconds} ms")]
    private partial void LogCompleted(string type, string executionId, string taskId, StateType state, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "The working directory of execution {ExecutionId}, task {TaskId}, could not be removed: {Reason}")]
    private partial void LogFolderLeft(string executionId, string taskId, string reason);
}

/// <param name="Id">UUID of this worker process, as attempts name it.</param>
public sealed record WorkerIdentity(string Id);
