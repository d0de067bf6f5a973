using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Executor.Partitions;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Jobs;

/// <summary>
/// Decides which jobs stay with the worker beside the executor and which are stored for workers of other processes, and knows the
/// stored ones of the owned partitions. Used by the loop alone.
/// </summary>
internal sealed class JobPlacement(WorkerJobQueue jobs, OwnedPartitions owned, ExecutorOptions options)
{
    private readonly Dictionary<(string TaskRunId, int Attempt), int> stored = [];

    /// <summary>A job that was sent and is not answered yet, wherever it is.</summary>
    public bool Knows(string taskRunId, int attempt) => stored.ContainsKey((taskRunId, attempt)) || jobs.Knows(taskRunId, attempt);

    /// <summary>Takes over the stored jobs of a partition.</summary>
    public void Restore(IEnumerable<WorkerJobRow> rows)
    {
        foreach (var row in rows)
        {
            stored[(row.TaskRunId, row.Attempt)] = row.Partition;
        }
    }

    /// <returns>False when the job is for the worker beside the executor.</returns>
    public bool TryStore(ActiveExecution execution, Effect.DispatchJob job, ExecutionBatch rows)
    {
        if (owned.Total == 1 || StaysHere(job.WorkerGroup))
        {
            return false;
        }

        Store(Row(execution, job), rows);
        return true;
    }

    /// <summary>An attempt is answered, or given up: its job goes away with the decision.</summary>
    public void Answered(string taskRunId, int attempt, ExecutionBatch rows)
    {
        if (stored.Remove((taskRunId, attempt)))
        {
            rows.JobsDone.Add((taskRunId, attempt));
        }
    }

    /// <summary>Stored jobs of an execution stop.</summary>
    public void Kill(ActiveExecution execution, string? taskRunId, ExecutionBatch rows)
    {
        if (stored.Count > 0)
        {
            rows.KillJobs(new JobKill(execution.Key.TenantId, execution.Key.ExecutionId, taskRunId));
        }
    }

    /// <summary>
    /// What the worker beside has of a partition that goes to another process becomes rows: what it runs as claimed by it, so that the
    /// new owner waits for its results instead of sending the jobs again, and the rest for any worker.
    /// </summary>
    /// <param name="batch">The last one of the partition here: what it sends becomes rows too, because nobody here hears of the answers.</param>
    public void HandOver(int partition, BatchUnderway batch)
    {
        var rows = batch.Rows;
        foreach (var (job, isRunning) in jobs.HandOver(job => FlowPartition.Of(job.Place, owned.Total) == partition))
        {
            rows.JobsSent.Add(new WorkerJobRow
            {
                Partition = partition,
                TenantId = job.TenantId,
                ExecutionId = job.ExecutionId,
                Namespace = job.Namespace,
                FlowId = job.FlowId,
                FlowRevision = job.FlowRevision,
                TaskRunId = job.TaskRun.Id,
                Attempt = job.Attempt,
                WorkerGroup = job.WorkerGroup,
                Forced = job.TaskRun.ForceExecution == true,
                ClaimedBy = isRunning ? options.LocalWorkerId : null,
            });
        }

        foreach (var (execution, effect) in batch.Effects.Where(pair => pair.Execution.Partition == partition))
        {
            switch (effect)
            {
                case Effect.DispatchJob job:
                    rows.JobsSent.Add(Row(execution, job));
                    break;
                case Effect.KillJobs kill:
                    rows.KillJobs(new JobKill(execution.Key.TenantId, execution.Key.ExecutionId, kill.TaskRunId));
                    break;
            }
        }

        batch.Effects.RemoveAll(pair => pair.Execution.Partition == partition && pair.Effect is Effect.DispatchJob);
        foreach (var key in stored.Where(pair => pair.Value == partition).Select(static pair => pair.Key).ToList())
        {
            stored.Remove(key);
        }
    }

    // The worker beside is quicker, as long as it has not more waiting than it can begin soon while others are idle.
    private bool StaysHere(string? group) => options.LocalWorkerId is not null && (group ?? "") == (options.LocalWorkerGroup ?? "")
        && (!options.HasOtherWorkers() || jobs.Waiting < options.LocalWorkerThreads);

    private void Store(WorkerJobRow row, ExecutionBatch rows)
    {
        stored[(row.TaskRunId, row.Attempt)] = row.Partition;
        rows.JobsSent.Add(row);
    }

    private static WorkerJobRow Row(ActiveExecution execution, Effect.DispatchJob job) => new()
    {
        Partition = execution.Partition,
        TenantId = execution.Key.TenantId,
        ExecutionId = execution.Key.ExecutionId,
        Namespace = execution.State.Namespace,
        FlowId = execution.State.FlowId,
        FlowRevision = execution.Program.Flow.Revision ?? 0,
        TaskRunId = job.TaskRun.Id,
        Attempt = job.Attempt,
        WorkerGroup = job.WorkerGroup,
        Forced = job.TaskRun.ForceExecution == true,
    };
}
