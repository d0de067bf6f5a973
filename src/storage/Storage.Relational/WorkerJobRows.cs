using System.Data.Common;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Storage.Relational;

/// <summary>Rows of jobs as both databases keep them; only their dates differ.</summary>
public static class WorkerJobRows
{
    /// <summary>The columns that <see cref="Read"/> expects, in order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["id", "partition", "tenant", "execution", "namespace", "flow", "revision", "task_run", "attempt", "worker_group", "forced", "killed", "claimed_by", "claimed_at"];

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
        };
    }

    /// <summary>The group of a column, where the empty text stands for workers without a group.</summary>
    public static string? Group(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 ? null : name;
    }
}
