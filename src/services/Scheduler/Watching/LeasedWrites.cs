using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;

namespace Kestra.Scheduler.Watching;

/// <summary>
/// Rows and jobs in one transaction, which fails when another process has the lease. Workers of any process claim the jobs.
/// </summary>
internal sealed class LeasedWrites(IExecutionJournal journal, IWorkerJobStore jobs, PartitionLease lease) : ITriggerWrites
{
    private readonly List<(TriggerEvaluation Evaluation, bool IsAnswered)> pending = [];

    public bool HasPending => pending.Count > 0;

    // There is one job for each trigger at most, and waiting costs a row.
    public bool HasRoom(string? workerGroup) => true;

    public async Task<IReadOnlyList<TriggerJob>> SaveAsync(IReadOnlyList<Trigger> rows, IReadOnlyList<TriggerJob> sent, IReadOnlyList<Evaluation> over, CancellationToken cancellationToken)
    {
        var batch = new ExecutionBatch();
        batch.Triggers.AddRange(rows);
        foreach (var (evaluation, isAnswered) in pending.Concat(over.Select(static one => (one.Job.Evaluation, one.IsAnswered))))
        {
            TakeBack(batch, evaluation, isAnswered);
        }

        batch.JobsSent.AddRange(sent.Select(Row));
        var told = pending.Count;
        try
        {
            if (!batch.IsEmpty)
            {
                await journal.CommitAsync([lease], batch, cancellationToken);
            }
        }
        catch
        {
            // Perhaps they were sent all the same; the next commit takes them back.
            pending.AddRange(sent.Select(static job => (job.Evaluation, false)));
            throw;
        }

        pending.RemoveRange(0, told);
        return [];
    }

    public void End(TriggerEvaluation evaluation, bool isAnswered) => pending.Add((evaluation, isAnswered));

    public async Task<IReadOnlyList<WorkerJobRow>?> ListJobsAsync(CancellationToken cancellationToken) => await jobs.ListAsync(lease.Partition, cancellationToken);

    // A worker that still runs it is heard of when it has stopped; until then nobody else gets the trigger.
    private static void TakeBack(ExecutionBatch batch, TriggerEvaluation evaluation, bool isAnswered)
    {
        if (isAnswered)
        {
            batch.JobsDone.Add((evaluation.Id, 0));
        }
        else
        {
            batch.WatchesStopped.Add(evaluation.Id);
        }
    }

    private WorkerJobRow Row(TriggerJob job) => new()
    {
        Partition = lease.Partition,
        TenantId = job.Key.TenantId,
        ExecutionId = job.ExecutionId,
        Namespace = job.Key.Namespace,
        FlowId = job.Key.FlowId,
        FlowRevision = job.Flow.Revision ?? 0,
        TaskRunId = job.ExecutionId,
        Attempt = 0,
        WorkerGroup = job.WorkerGroup,
        Watch = new TriggerWatch(job.Key.TriggerId, job.IsRealtime, job.Date.ToOffsetDateTime()),
    };
}
