using System.Data.Common;
using Kestra.Storage.Executions;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Storage.Relational;

/// <summary>Rows of jobs as both databases keep them; only their dates differ.</summary>
public static class WorkerJobRows
{
    /// <summary>The columns that <see cref="Read"/> expects, in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["id", "partition", "tenant", "execution", "namespace", "flow", "revision", "task_run", "attempt", "worker_group", "forced", "killed", "claimed_by", "claimed_at", "trigger_id", "kind", "due"];

    /// <summary>The kind of tasks in the column <c>kind</c>.</summary>
    public const short Task = 0;

    /// <summary>The kind of triggers in the column <c>kind</c>.</summary>
    public static short Trigger(bool realtime) => realtime ? (short)2 : (short)1;

    /// <summary>The condition that no worker has the trigger of a job under another one.</summary>
    /// <param name="table">Name of the table.</param>
    /// <param name="job">By what the statement calls the job's row.</param>
    public static string IsFree(string table, string job) =>
        $"NOT EXISTS (SELECT 1 FROM {table} AS former WHERE former.claimed_by IS NOT NULL AND former.trigger_id = {job}.trigger_id AND former.flow = {job}.flow AND former.namespace = {job}.namespace AND former.tenant = {job}.tenant)";

    public static short KindOf(WorkerJobRow job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Watch is { } watch ? Trigger(watch.IsRealtime) : Task;
    }

    /// <summary>The text of the column <c>due</c>; null for a task.</summary>
    public static string? DueOf(WorkerJobRow job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job.Watch is { } watch ? OffsetDateTimePattern.Rfc3339.Format(watch.Due) : null;
    }

    /// <param name="date">Reads the date in a column that is not null.</param>
    public static WorkerJobRow Read<TReader>(TReader row, Func<TReader, int, Instant> date)
        where TReader : DbDataReader
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(date);
        return new WorkerJobRow
        {
            Id = row.GetInt64(0),
            Partition = row.GetInt32(1),
            TenantId = row.GetString(2),
            ExecutionId = row.GetString(3),
            Namespace = row.GetString(4),
            FlowId = row.GetString(5),
            FlowRevision = row.GetInt32(6),
            TaskRunId = row.GetString(7),
            Attempt = row.GetInt32(8),
            WorkerGroup = Group(row.GetString(9)),
            Forced = row.GetBoolean(10),
            Killed = row.GetBoolean(11),
            ClaimedBy = row.IsDBNull(12) ? null : row.GetString(12),
            ClaimedAt = row.IsDBNull(13) ? null : date(row, 13),
            Watch = row.IsDBNull(14) ? null : new TriggerWatch(row.GetString(14), row.GetInt16(15) == Trigger(realtime: true), OffsetDateTimePattern.Rfc3339.Parse(row.GetString(16)).GetValueOrThrow()),
        };
    }

    /// <summary>The group of a column, where the empty text stands for workers without a group.</summary>
    public static string? Group(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 ? null : name;
    }
}
