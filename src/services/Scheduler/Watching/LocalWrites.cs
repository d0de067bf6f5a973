using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;
using Kestra.Storage.Triggers;

namespace Kestra.Scheduler.Watching;

/// <summary>Rows in the store, and jobs for the worker of this process in memory.</summary>
internal sealed class LocalWrites(ITriggerRepository triggers, ITriggerJobs jobs) : ITriggerWrites
{
    public bool HasPending => false;

    public bool HasRoom(string? workerGroup) => jobs.HasRoom(workerGroup);

    // The lock is durable before the worker begins, so that a row tells what goes on.
    public async Task<IReadOnlyList<TriggerJob>> SaveAsync(IReadOnlyList<Trigger> rows, IReadOnlyList<TriggerJob> sent, IReadOnlyList<Evaluation> over, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
        {
            await triggers.SaveAsync(rows, cancellationToken);
        }

        foreach (var evaluation in over)
        {
            jobs.Kill(evaluation.Job.ExecutionId);
        }

        return [.. sent.Where(job => !jobs.TryDispatch(job))];
    }

    public void End(TriggerEvaluation evaluation, bool isAnswered) => jobs.Kill(evaluation.Id);

    public Task<IReadOnlyList<WorkerJobRow>?> ListJobsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<WorkerJobRow>?>(null);
}
