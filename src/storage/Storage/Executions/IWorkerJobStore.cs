namespace Kestra.Storage.Executions;

/// <summary>
/// The workers' side of jobs that go to another process. Executors send, kill and end them with their commits
/// (<see cref="ExecutionBatch"/>); a job belongs to at most one worker at a time.
/// </summary>
public interface IWorkerJobStore
{
    /// <summary>Takes waiting tasks for a worker, oldest first; never one that another worker has taken, and never a killed one.</summary>
    /// <param name="workerId">Id of the worker process; no two processes ever share one.</param>
    /// <param name="group">The group whose jobs it takes; null is the one of workers without a group.</param>
    /// <param name="credits">At most so many.</param>
    Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, int credits, CancellationToken cancellationToken);

    /// <summary>Takes waiting triggers in the same way; none that a worker still has under another job.</summary>
    /// <param name="realtime">Those that are watched until they are stopped, or those that are looked at once.</param>
    Task<IReadOnlyList<WorkerJobRow>> ClaimTriggersAsync(string workerId, string? group, bool realtime, int credits, CancellationToken cancellationToken);

    /// <summary>
    /// Takes tasks that were killed while they waited, of whatever group, so that somebody answers them even when no worker of
    /// their group is there.
    /// </summary>
    Task<IReadOnlyList<WorkerJobRow>> ClaimKilledAsync(string workerId, int limit, CancellationToken cancellationToken);

    /// <summary>Gives jobs back that have not been started; others may take them at once. Those that the worker does not have are left alone.</summary>
    Task ReleaseAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>Removes jobs of a worker that nobody waits for. Those that the worker does not have are left alone.</summary>
    Task RemoveAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken);

    /// <summary>
    /// Everything that a worker has, oldest first. For the worker itself, which learns here what was killed and what is not its
    /// own any more, and for whoever hands on what a lost worker had.
    /// </summary>
    Task<IReadOnlyList<WorkerJobRow>> ListClaimedAsync(string workerId, CancellationToken cancellationToken);

    /// <summary>All jobs of a partition, oldest first.</summary>
    Task<IReadOnlyList<WorkerJobRow>> ListAsync(int partition, CancellationToken cancellationToken);
}
