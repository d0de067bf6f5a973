using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;

namespace Kestra.Scheduler.Watching;

/// <summary>Where a scheduler keeps the rows of its triggers and hands jobs to workers. Used by one loop at a time.</summary>
internal interface ITriggerWrites
{
    /// <summary>There is a place for one more job of the group.</summary>
    bool HasRoom(string? workerGroup);

    /// <summary>Something is to be told to workers with the next save.</summary>
    bool HasPending { get; }

    /// <summary>Stores rows, hands out jobs and takes others back, all together where the store is the lane.</summary>
    /// <param name="over">Nobody waits for them after it.</param>
    /// <returns>Jobs for which there was no place.</returns>
    Task<IReadOnlyList<TriggerJob>> SaveAsync(IReadOnlyList<Trigger> rows, IReadOnlyList<TriggerJob> sent, IReadOnlyList<Evaluation> over, CancellationToken cancellationToken);

    /// <summary>Nobody waits for an evaluation any more, whatever happened to its trigger's row.</summary>
    void End(TriggerEvaluation evaluation, bool isAnswered);

    /// <summary>The jobs that workers have or may take; null when they are in memory and there is nothing to be found.</summary>
    Task<IReadOnlyList<WorkerJobRow>?> ListJobsAsync(CancellationToken cancellationToken);
}
