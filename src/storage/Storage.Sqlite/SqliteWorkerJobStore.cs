using Kestra.Storage.Executions;
using Kestra.Storage.Relational;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteWorkerJobStore(SqliteDatabase database, WorkerJobHints hints, TimeProvider time) : IWorkerJobStore
{
    private static readonly string Columns = string.Join(", ", WorkerJobRows.Columns);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, int credits, CancellationToken cancellationToken) =>
        ClaimAsync(workerId, group, WorkerJobRows.Task, "TRUE", credits, cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimTriggersAsync(string workerId, string? group, bool realtime, int credits, CancellationToken cancellationToken) =>
        ClaimAsync(workerId, group, WorkerJobRows.Trigger(realtime), WorkerJobRows.IsFree("worker_job", "worker_job"), credits, cancellationToken);

    public async Task<IReadOnlyList<WorkerJobRow>> ClaimKilledAsync(string workerId, int limit, CancellationToken cancellationToken) => await database.WriteAsync(
        session => Ordered(session.Query(
            $"""
            UPDATE worker_job SET claimed_by = $0, claimed_at = $1
            WHERE id IN (SELECT id FROM worker_job WHERE claimed_by IS NULL AND killed = 1 AND kind = 0 ORDER BY id LIMIT $2) RETURNING {Columns}
            """,
            Read, workerId, Now, limit)),
        cancellationToken);

    public async Task ReleaseAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        await ForEachAsync("UPDATE worker_job SET claimed_by = NULL, claimed_at = NULL WHERE id = $0 AND claimed_by = $1", workerId, ids, cancellationToken);
        hints.Announce(WorkerJobNews.Waiting);
    }

    public Task RemoveAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        ForEachAsync("DELETE FROM worker_job WHERE id = $0 AND claimed_by = $1", workerId, ids, cancellationToken);

    public async Task<IReadOnlyList<WorkerJobRow>> ListClaimedAsync(string workerId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query($"SELECT {Columns} FROM worker_job WHERE claimed_by = $0 ORDER BY id", Read, workerId),
        cancellationToken);

    public async Task<IReadOnlyList<WorkerJobRow>> ListAsync(int partition, CancellationToken cancellationToken) =>
        await database.ReadAsync(session => Of(session, partition), cancellationToken);

    public static List<WorkerJobRow> Of(Session session, int partition) =>
        session.Query($"SELECT {Columns} FROM worker_job WHERE partition = $0 ORDER BY id", Read, partition);

    /// <summary>The part of a commit that is about jobs.</summary>
    public static void Write(Session session, ExecutionBatch batch, long now)
    {
        foreach (var (taskRunId, attempt) in batch.JobsDone)
        {
            session.Run("DELETE FROM worker_job WHERE task_run = $0 AND attempt = $1", taskRunId, attempt);
        }

        foreach (var kill in batch.JobsKilled)
        {
            session.Run(
                "UPDATE worker_job SET killed = 1 WHERE tenant = $0 AND execution = $1 AND CASE WHEN $2 IS NULL THEN forced = 0 ELSE task_run = $2 END",
                kill.TenantId, kill.ExecutionId, kill.TaskRunId);
        }

        foreach (var evaluation in batch.WatchesStopped)
        {
            session.Run("DELETE FROM worker_job WHERE task_run = $0 AND kind <> 0 AND claimed_by IS NULL", evaluation);
            session.Run("UPDATE worker_job SET killed = 1 WHERE task_run = $0 AND kind <> 0", evaluation);
        }

        foreach (var job in batch.JobsSent)
        {
            session.Run(
                """
                INSERT INTO worker_job (partition, tenant, execution, namespace, flow, revision, task_run, attempt, worker_group, forced, killed, claimed_by, claimed_at, kind, trigger_id, due)
                VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (task_run, attempt) DO NOTHING
                """,
                job.Partition, job.TenantId, job.ExecutionId, job.Namespace, job.FlowId, job.FlowRevision, job.TaskRunId, job.Attempt, job.WorkerGroup ?? "", job.Forced, job.Killed,
                job.ClaimedBy, job.ClaimedBy is null ? null : now, WorkerJobRows.KindOf(job), job.Watch?.TriggerId, WorkerJobRows.DueOf(job));
        }
    }

    private async Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, short kind, string condition, int credits, CancellationToken cancellationToken) => await database.WriteAsync(
        session => Ordered(session.Query(
            $"""
            UPDATE worker_job SET claimed_by = $0, claimed_at = $1
            WHERE id IN (SELECT id FROM worker_job WHERE claimed_by IS NULL AND worker_group = $2 AND kind = $3 AND killed = 0 AND {condition} ORDER BY id LIMIT $4) RETURNING {Columns}
            """,
            Read, workerId, Now, group ?? "", kind, credits)),
        cancellationToken);

    private long Now => Instant.FromDateTimeOffset(time.GetUtcNow()).ToUnixTimeTicks();

    private Task ForEachAsync(string sql, string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            foreach (var id in ids)
            {
                session.Run(sql, id, workerId);
            }
        },
        cancellationToken);

    // RETURNING tells in no particular order.
    private static List<WorkerJobRow> Ordered(List<WorkerJobRow> rows)
    {
        rows.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return rows;
    }

    private static WorkerJobRow Read(SqliteDataReader row) => WorkerJobRows.Read(row, static (reader, column) => Instant.FromUnixTimeTicks(reader.GetInt64(column)));
}
