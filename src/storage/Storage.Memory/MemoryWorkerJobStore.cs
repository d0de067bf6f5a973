using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryWorkerJobStore(MemoryDatabase database, TimeProvider time) : IWorkerJobStore
{
    public Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, int credits, CancellationToken cancellationToken) =>
        ClaimAsync(workerId, job => job.Watch is null && !job.Killed && job.WorkerGroup == group, credits, cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimTriggersAsync(string workerId, string? group, bool realtime, int credits, CancellationToken cancellationToken) =>
        ClaimAsync(
            workerId,
            job => job.Watch?.IsRealtime == realtime && !job.Killed && job.WorkerGroup == group && !database.Jobs.Exists(other => other.ClaimedBy is not null && IsSameTrigger(other, job)),
            credits,
            cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimKilledAsync(string workerId, int limit, CancellationToken cancellationToken) =>
        ClaimAsync(workerId, static job => job is { Killed: true, Watch: null }, limit, cancellationToken);

    public async Task ReleaseAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await database.DoAsync(() => Replace(database.Jobs, job => job.ClaimedBy == workerId && ids.Contains(job.Id), static job => job with { ClaimedBy = null, ClaimedAt = null }), cancellationToken);
        database.JobHints.Announce(WorkerJobNews.Waiting);
    }

    public Task RemoveAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        database.DoAsync(() => database.Jobs.RemoveAll(job => job.ClaimedBy == workerId && ids.Contains(job.Id)), cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ListClaimedAsync(string workerId, CancellationToken cancellationToken) =>
        database.DoAsync<IReadOnlyList<WorkerJobRow>>(() => [.. database.Jobs.Where(job => job.ClaimedBy == workerId)], cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ListAsync(int partition, CancellationToken cancellationToken) =>
        database.DoAsync<IReadOnlyList<WorkerJobRow>>(() => [.. database.Jobs.Where(job => job.Partition == partition)], cancellationToken);

    /// <summary>The part of a commit that is about jobs.</summary>
    public static void Write(MemoryDatabase database, ExecutionBatch batch, Instant now)
    {
        var done = batch.JobsDone.ToHashSet();
        database.Jobs.RemoveAll(job => done.Contains((job.TaskRunId, job.Attempt)));
        Replace(database.Jobs, job => batch.JobsKilled.Any(kill => kill.Means(job)), static job => job with { Killed = true });
        var stopped = batch.WatchesStopped.ToHashSet(StringComparer.Ordinal);
        database.Jobs.RemoveAll(job => job is { Watch: not null, ClaimedBy: null } && stopped.Contains(job.TaskRunId));
        Replace(database.Jobs, job => job.Watch is not null && stopped.Contains(job.TaskRunId), static job => job with { Killed = true });
        foreach (var job in batch.JobsSent)
        {
            if (!database.Jobs.Exists(other => other.TaskRunId == job.TaskRunId && other.Attempt == job.Attempt))
            {
                database.Jobs.Add(job with { Id = ++database.LastJob, ClaimedAt = job.ClaimedBy is null ? null : now });
            }
        }
    }

    public static void RemoveOf(MemoryDatabase database, ExecutionId execution) =>
        database.Jobs.RemoveAll(job => job.TenantId == execution.Tenant && job.ExecutionId == execution.Id);

    private Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, Predicate<WorkerJobRow> isMeant, int limit, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<WorkerJobRow>>(
        () =>
        {
            var now = Instant.FromDateTimeOffset(time.GetUtcNow());
            var taken = new List<WorkerJobRow>();
            for (var index = 0; index < database.Jobs.Count && taken.Count < limit; index++)
            {
                if (database.Jobs[index] is { ClaimedBy: null } job && isMeant(job))
                {
                    database.Jobs[index] = job with { ClaimedBy = workerId, ClaimedAt = now };
                    taken.Add(database.Jobs[index]);
                }
            }

            return taken;
        },
        cancellationToken);

    private static bool IsSameTrigger(WorkerJobRow one, WorkerJobRow other) =>
        one.Watch?.TriggerId == other.Watch?.TriggerId && one.TenantId == other.TenantId && one.Namespace == other.Namespace && one.FlowId == other.FlowId;

    private static void Replace(List<WorkerJobRow> jobs, Predicate<WorkerJobRow> isMeant, Func<WorkerJobRow, WorkerJobRow> change)
    {
        for (var index = 0; index < jobs.Count; index++)
        {
            if (isMeant(jobs[index]))
            {
                jobs[index] = change(jobs[index]);
            }
        }
    }
}
