using Kestra.Storage.Executions;
using Kestra.Storage.Relational;
using NpgsqlTypes;

namespace Kestra.Storage.Postgres;

/// <content>Jobs for workers of other processes.</content>
internal sealed partial class CommitBatch
{
    private const NpgsqlDbType Flags = NpgsqlDbType.Array | NpgsqlDbType.Boolean;

    // What is done goes first, because the same attempt may be sent again; what is sent was not there to be killed.
    private void AddJobs(ExecutionBatch rows)
    {
        if (rows.JobsDone.Count > 0)
        {
            Statement(
                $"DELETE FROM {schema}.worker_job AS job USING unnest($1, $2) AS given (task_run, attempt) WHERE job.task_run = given.task_run AND job.attempt = given.attempt",
                (Texts, Column(rows.JobsDone, static job => job.TaskRunId)),
                (Integers, Column(rows.JobsDone, static job => job.Attempt)));
        }

        if (rows.JobsKilled.Count > 0)
        {
            Statement(
                $"""
                UPDATE {schema}.worker_job AS job SET killed = true FROM unnest($1, $2, $3) AS given (tenant, execution, task_run)
                WHERE job.execution = given.execution AND job.tenant = given.tenant AND CASE WHEN given.task_run IS NULL THEN NOT job.forced ELSE job.task_run = given.task_run END
                """,
                (Texts, Column(rows.JobsKilled, static kill => kill.TenantId)),
                (Texts, Column(rows.JobsKilled, static kill => kill.ExecutionId)),
                (Texts, Column(rows.JobsKilled, static kill => kill.TaskRunId)));
        }

        if (rows.WatchesStopped.Count > 0)
        {
            var stopped = rows.WatchesStopped.ToArray();
            Statement($"DELETE FROM {schema}.worker_job WHERE task_run = ANY ($1) AND kind <> 0 AND claimed_by IS NULL", (Texts, stopped));
            Statement($"UPDATE {schema}.worker_job SET killed = true WHERE task_run = ANY ($1) AND kind <> 0", (Texts, stopped));
        }

        if (rows.JobsSent.Count > 0)
        {
            Send(rows.JobsSent);
        }
    }

    private void Send(List<WorkerJobRow> jobs) => Statement(
        $"""
        INSERT INTO {schema}.worker_job (partition, tenant, execution, namespace, flow, revision, task_run, attempt, worker_group, forced, killed, claimed_by, claimed_at, kind, trigger_id, due)
        SELECT partition, tenant, execution, namespace, flow, revision, task_run, attempt, worker_group, forced, killed, claimed_by, CASE WHEN claimed_by IS NOT NULL THEN clock_timestamp() END, kind, trigger_id, due
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) WITH ORDINALITY
          AS given (partition, tenant, execution, namespace, flow, revision, task_run, attempt, worker_group, forced, killed, claimed_by, kind, trigger_id, due, place)
        ORDER BY place
        ON CONFLICT (task_run, attempt) DO NOTHING
        """,
        (Integers, Column(jobs, static job => job.Partition)),
        (Texts, Column(jobs, static job => job.TenantId)),
        (Texts, Column(jobs, static job => job.ExecutionId)),
        (Texts, Column(jobs, static job => job.Namespace)),
        (Texts, Column(jobs, static job => job.FlowId)),
        (Integers, Column(jobs, static job => job.FlowRevision)),
        (Texts, Column(jobs, static job => job.TaskRunId)),
        (Integers, Column(jobs, static job => job.Attempt)),
        (Texts, Column(jobs, static job => job.WorkerGroup ?? "")),
        (Flags, Column(jobs, static job => job.Forced)),
        (Flags, Column(jobs, static job => job.Killed)),
        (Texts, Column(jobs, static job => job.ClaimedBy)),
        (NpgsqlDbType.Array | NpgsqlDbType.Smallint, Column(jobs, WorkerJobRows.KindOf)),
        (Texts, Column(jobs, static job => job.Watch?.TriggerId)),
        (Texts, Column(jobs, WorkerJobRows.DueOf)));
}
