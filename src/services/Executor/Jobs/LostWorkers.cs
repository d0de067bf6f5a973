using System.Diagnostics.Metrics;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Executor.Jobs;

/// <summary>
/// Hands on the jobs that a lost worker has claimed: each execution, or the scheduler of each trigger, is told and decides what
/// follows. The row goes away, so a worker that is found lost twice, or by two processes, is dealt with once.
/// </summary>
public sealed partial class LostWorkers : ILostWorkers, IDisposable
{
    private const int AtOnce = 16;

    private readonly IWorkerJobStore jobs;
    private readonly IExecutionCommands commands;
    private readonly ITriggerResults triggers;
    private readonly ILogSink logs;
    private readonly TimeProvider time;
    private readonly ILogger<LostWorkers> logger;
    private readonly Meter meter = new("Kestra.Executor");
    private readonly Counter<long> resubmitted;

    public LostWorkers(IWorkerJobStore jobs, IExecutionCommands commands, ITriggerResults triggers, ILogSink logs, TimeProvider time, ILogger<LostWorkers> logger)
    {
        this.jobs = jobs;
        this.commands = commands;
        this.triggers = triggers;
        this.logs = logs;
        this.time = time;
        this.logger = logger;
        resubmitted = meter.CreateCounter<long>("executor.worker.job.resubmit.count", description: "jobs sent again because their worker was lost");
    }

    public Task<int> ResubmitAsync(string workerId, CancellationToken cancellationToken) => EachAsync(workerId, ResubmitAsync, cancellationToken);

    public Task<int> FailAsync(string workerId, string reason, CancellationToken cancellationToken) =>
        EachAsync(workerId, (job, stopping) => FailAsync(job, reason, stopping), cancellationToken);

    public void Dispose() => meter.Dispose();

    private async Task<int> EachAsync(string workerId, Func<WorkerJobRow, CancellationToken, Task> deal, CancellationToken cancellationToken)
    {
        var claimed = await jobs.ListClaimedAsync(workerId, cancellationToken);
        await Parallel.ForEachAsync(claimed, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (job, stopping) => await (job.Watch is null ? deal(job, stopping) : HandOnAsync(job, job.Watch, stopping)));
        if (claimed.Count > 0)
        {
            // An execution that is gone, or that had decided otherwise, takes no row away.
            await jobs.RemoveAsync(workerId, [.. claimed.Select(static job => job.Id)], cancellationToken);
        }

        return claimed.Count;
    }

    // A trigger is watched on, whatever becomes of the worker's tasks: what it looks at is not changed by looking.
    private async Task HandOnAsync(WorkerJobRow job, TriggerWatch watch, CancellationToken cancellationToken)
    {
        var key = new TriggerKey(job.TenantId, job.Namespace, job.FlowId, watch.TriggerId);
        LogHandingOn(key.ToString(), job.ClaimedBy);
        await triggers.LostAsync(new TriggerEvaluation(key, job.ExecutionId), cancellationToken);
        Count(job);
    }

    private async Task ResubmitAsync(WorkerJobRow job, CancellationToken cancellationToken)
    {
        LogResubmitting(job.ExecutionId, job.TaskRunId, job.Attempt, job.ClaimedBy);
        await commands.SubmitAsync(new ExecutionRequest(job.TenantId, job.ExecutionId, new Command.WorkerLost(job.TaskRunId, job.Attempt)) { Place = job.Place }, cancellationToken);
        Count(job);
    }

    private void Count(WorkerJobRow job) => resubmitted.Add(
        1,
        new KeyValuePair<string, object?>("tenant_id", job.TenantId),
        new KeyValuePair<string, object?>("namespace_id", job.Namespace),
        new KeyValuePair<string, object?>("flow_id", job.FlowId));

    private async Task FailAsync(WorkerJobRow job, string reason, CancellationToken cancellationToken)
    {
        LogFailing(job.ExecutionId, job.TaskRunId, job.Attempt, reason);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        await logs.WriteAsync(
            new LogEntry
            {
                TenantId = job.TenantId,
                Namespace = job.Namespace,
                FlowId = job.FlowId,
                ExecutionId = job.ExecutionId,
                TaskRunId = job.TaskRunId,
                AttemptNumber = job.Attempt,
                Timestamp = now,
                Level = Model.Logs.LogLevel.ERROR,
                Message = reason,
            },
            cancellationToken);
        var result = new Command.TaskResult(job.TaskRunId, job.Attempt, StateType.FAILED, now, now, null, job.ClaimedBy);
        await commands.SubmitAsync(new ExecutionRequest(job.TenantId, job.ExecutionId, result) { Place = job.Place }, cancellationToken);
    }

    [LoggerMessage(Microsoft.Extensions.Logging.LogLevel.Warning, "Re-resubmitting WorkerTask. (execution {ExecutionId}, task run {TaskRunId}, attempt {Attempt}, lost worker {WorkerId})")]
    private partial void LogResubmitting(string executionId, string taskRunId, int attempt, string? workerId);

    [LoggerMessage(Microsoft.Extensions.Logging.LogLevel.Warning, "Re-emitting WorkerTrigger. (trigger {Trigger}, lost worker {WorkerId})")]
    private partial void LogHandingOn(string trigger, string? workerId);

    [LoggerMessage(Microsoft.Extensions.Logging.LogLevel.Error, "The task run {TaskRunId} of execution {ExecutionId}, attempt {Attempt}, fails: {Reason}")]
    private partial void LogFailing(string executionId, string taskRunId, int attempt, string reason);
}
