using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresLogRepository(PostgresDatabase database) : ILogRepository
{
    private const string Timestamp = "\"timestamp\"";

    private static readonly EntityQuery Query = new(
        "Logs",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("fulltext"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow_id"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("trigger_id"),
            [FilterField.EXECUTION_ID] = new FilterColumn.Text("execution_id"),
            [FilterField.START_DATE] = new FilterColumn.Date(Timestamp),
            [FilterField.END_DATE] = new FilterColumn.Date(Timestamp),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["timestamp"] = new(Timestamp),
            ["namespace"] = new("namespace"),
            ["flowId"] = new("flow_id"),
            ["level"] = new("level"),
        },
        (Timestamp, true), ("key", true));

    public Task AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var statements = connection.CreateBatch();
            new CommitBatch(statements, database.Schema).AddLogs(entries);
            return entries.Count == 0 ? 0 : await statements.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<Page<LogEntry>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Conditions(tenantId, filters);
        var paging = Query.Paging(page);
        return database.RunAsync(
            async connection =>
            {
                var rows = await PostgresDatabase.QueryAsync(connection, $"SELECT value FROM logs{where}{paging}", static row => ModelJson.ReadLog(Documents.Read(row, 0)), where.Values, cancellationToken);
                var total = await PostgresDatabase.QueryAsync(connection, $"SELECT count(*) FROM logs{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
                return new Page<LogEntry>(rows, total[0]);
            },
            cancellationToken);
    }

    // Rows of other programs may share a position; they are given together, so that a reader who goes on behind it misses none.
    public async Task<IReadOnlyList<(long Position, LogEntry Entry)>> ReadExecutionAsync(string tenantId, string executionId, LogQuery query, long after, int limit, CancellationToken cancellationToken)
    {
        var where = Of(tenantId, executionId, query).And($"{RowKeys.Position} > ?", after);
        return await database.QueryAsync(
            $"SELECT {RowKeys.Position} AS position, value FROM logs{where} ORDER BY position FETCH FIRST {where.Parameter(limit)} ROWS WITH TIES",
            static row => (row.GetInt64(0), ModelJson.ReadLog(Documents.Read(row, 1))),
            where.Values,
            cancellationToken);
    }

    public async Task<long> DeleteAsync(string tenantId, string executionId, LogQuery query, CancellationToken cancellationToken)
    {
        var where = Of(tenantId, executionId, query);
        return await database.ExecuteAsync($"DELETE FROM logs{where}", where.Values, cancellationToken);
    }

    public async Task<long> DeleteByFlowAsync(string tenantId, string @namespace, string flowId, string? triggerId, CancellationToken cancellationToken)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("NOT deleted AND tenant_id = ? AND namespace = ? AND flow_id = ?", tenantId, @namespace, flowId);
        _ = triggerId is null ? where : where.And("trigger_id = ?", triggerId);
        return await database.ExecuteAsync($"DELETE FROM logs{where}", where.Values, cancellationToken);
    }

    public async Task<long> PurgeAsync(string tenantId, LogSelection selection, CancellationToken cancellationToken)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("NOT deleted AND tenant_id = ?", tenantId);
        Query.Add(where, new QueryFilter(FilterField.END_DATE, FilterOperation.LESS_THAN_OR_EQUAL_TO, selection.Until));
        if (selection.From is { } from)
        {
            Query.Add(where, new QueryFilter(FilterField.START_DATE, FilterOperation.GREATER_THAN_OR_EQUAL_TO, from));
        }

        _ = selection.Namespace is { } @namespace ? where.And("namespace = ?", @namespace) : where;
        _ = selection.FlowId is { } flow ? where.And("flow_id = ?", flow) : where;
        _ = selection.ExecutionId is { } execution ? where.And("execution_id = ?", execution) : where;
        if (selection.Levels is { Count: > 0 } levels)
        {
            where.And($"level IN ({string.Join(", ", levels.Select(static _ => "?::log_level"))})", [.. levels.Select(static level => level.ToString())]);
        }

        return await database.ExecuteAsync($"DELETE FROM logs{where}", where.Values, cancellationToken);
    }

    private static SqlConditions Of(string tenantId, string executionId, LogQuery query)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("NOT deleted AND tenant_id = ? AND execution_id = ?", tenantId, executionId);
        _ = query.MinLevel is { } level ? where.And("level <= ?::log_level", level.ToString()) : where;
        _ = query.TaskRunId is { } run ? where.And("taskrun_id = ?", run) : where;
        _ = query.TaskId is { } task ? where.And("task_id = ?", task) : where;
        return query.Attempt is { } attempt ? where.And("attempt_number = ?", attempt) : where;
    }

    private static SqlConditions Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("NOT deleted AND tenant_id = ? AND (execution_kind IS NULL OR execution_kind = 'NORMAL')", tenantId);
        foreach (var filter in filters)
        {
            if (filter.Field == FilterField.LEVEL)
            {
                where.And(FilterValues.IsEquality(filter) ? "level <= ?::log_level" : "level > ?::log_level", FilterValues.Constant<LogLevel>(filter).ToString());
            }
            else
            {
                Query.Add(where, filter);
            }
        }

        return where;
    }
}
