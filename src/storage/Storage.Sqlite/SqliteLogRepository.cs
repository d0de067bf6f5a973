using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteLogRepository(SqliteDatabase database) : ILogRepository
{
    private const string Fields = "tenant, namespace, flow, task, execution, task_run, attempt, trigger_id, timestamp, level, thread, message, kind";

    private static readonly EntityQuery Query = new(
        "Logs",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("namespace, flow, task, execution, task_run, trigger_id, message, thread"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("trigger_id"),
            [FilterField.EXECUTION_ID] = new FilterColumn.Text("execution"),
            [FilterField.START_DATE] = new FilterColumn.Date("timestamp"),
            [FilterField.END_DATE] = new FilterColumn.Date("timestamp"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["timestamp"] = new("timestamp"),
            ["namespace"] = new("namespace"),
            ["flowId"] = new("flow"),
            ["level"] = new("level"),
        },
        ("timestamp", true), ("position", true));

    public Task AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => database.WriteAsync(session => Append(session, entries), cancellationToken);

    public async Task<Page<LogEntry>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            var total = session.Single($"SELECT COUNT(*) FROM log{where}", row => row.GetInt64(0), where.Values);
            return new Page<LogEntry>(session.Query($"SELECT {Fields} FROM log{where}{Query.Paging(page)}", row => Read(row, 0), where.Values), total);
        },
        cancellationToken);

    public async Task<IReadOnlyList<(long Position, LogEntry Entry)>> ReadExecutionAsync(string tenantId, string executionId, LogQuery query, long after, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Of(tenantId, executionId, query).And("position > ?", after);
            return session.Query($"SELECT position, {Fields} FROM log{where} ORDER BY position LIMIT {where.Parameter(limit)}", row => (row.GetInt64(0), Read(row, 1)), where.Values);
        },
        cancellationToken);

    public async Task<long> DeleteAsync(string tenantId, string executionId, LogQuery query, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            var where = Of(tenantId, executionId, query);
            return (long)session.Run($"DELETE FROM log{where}", where.Values);
        },
        cancellationToken);

    public async Task<long> DeleteByFlowAsync(string tenantId, string @namespace, string flowId, string? triggerId, CancellationToken cancellationToken) => await database.WriteAsync(
        session => (long)session.Run("DELETE FROM log WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND ($3 IS NULL OR trigger_id = $3)", tenantId, @namespace, flowId, triggerId),
        cancellationToken);

    public async Task<long> PurgeAsync(string tenantId, LogSelection selection, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ? AND timestamp <= ?", tenantId, selection.Until.ToUnixTimeTicks());
            And(where, "timestamp >= ?", selection.From?.ToUnixTimeTicks());
            And(where, "namespace = ?", selection.Namespace);
            And(where, "flow = ?", selection.FlowId);
            And(where, "execution = ?", selection.ExecutionId);
            if (selection.Levels is { Count: > 0 } levels)
            {
                where.And($"level IN ({string.Join(", ", levels.Select(static _ => "?"))})", [.. levels.Select(static level => (object)(int)level)]);
            }

            return (long)session.Run($"DELETE FROM log{where}", where.Values);
        },
        cancellationToken);

    private static void And(SqlConditions where, string condition, object? value)
    {
        if (value is not null)
        {
            where.And(condition, value);
        }
    }

    internal static void Append(Session session, IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            session.Run(
                "INSERT INTO log (tenant, namespace, flow, task, execution, task_run, attempt, trigger_id, timestamp, level, thread, message, kind) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                entry.TenantId, entry.Namespace, entry.FlowId, entry.TaskId, entry.ExecutionId, entry.TaskRunId, entry.AttemptNumber, entry.TriggerId,
                entry.Timestamp.ToUnixTimeTicks(), (int)entry.Level, entry.Thread, entry.Message, entry.ExecutionKind is null or ExecutionKind.NORMAL ? null : entry.ExecutionKind.ToString());
        }
    }

    private static SqlConditions Of(string tenantId, string executionId, LogQuery query)
    {
        var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ? AND execution = ?", tenantId, executionId);
        if (query.MinLevel is { } level)
        {
            where.And("level <= ?", (int)level);
        }

        if (query.TaskRunId is { } run)
        {
            where.And("task_run = ?", run);
        }

        if (query.TaskId is { } task)
        {
            where.And("task = ?", task);
        }

        if (query.Attempt is { } attempt)
        {
            where.And("attempt = ?", attempt);
        }

        return where;
    }

    private static SqlConditions Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ? AND kind IS NULL", tenantId);
        foreach (var filter in filters)
        {
            if (filter.Field == FilterField.LEVEL)
            {
                where.And(FilterValues.IsEquality(filter) ? "level <= ?" : "level > ?", (int)FilterValues.Constant<LogLevel>(filter));
            }
            else
            {
                Query.Add(where, filter);
            }
        }

        return where;
    }

    private static LogEntry Read(SqliteDataReader row, int first) => new()
    {
        TenantId = row.GetString(first),
        Namespace = row.GetString(first + 1),
        FlowId = row.GetString(first + 2),
        TaskId = Text(row, first + 3),
        ExecutionId = Text(row, first + 4),
        TaskRunId = Text(row, first + 5),
        AttemptNumber = row.IsDBNull(first + 6) ? null : row.GetInt32(first + 6),
        TriggerId = Text(row, first + 7),
        Timestamp = Instant.FromUnixTimeTicks(row.GetInt64(first + 8)),
        Level = (LogLevel)row.GetInt32(first + 9),
        Thread = Text(row, first + 10),
        Message = row.GetString(first + 11),
        ExecutionKind = Text(row, first + 12) is { } kind ? Enum.Parse<ExecutionKind>(kind) : null,
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
