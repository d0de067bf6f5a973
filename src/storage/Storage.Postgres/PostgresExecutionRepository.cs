using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresExecutionRepository(PostgresDatabase database, TimeProvider time) : IExecutionRepository
{
    private const string NormalKind = "(kind IS NULL OR kind = 'NORMAL')";

    private readonly RememberedTotals totals = new(time);

    // States of later versions are not in the database's type; nothing can have them.
    private static readonly string[] States = [.. Enum.GetNames<StateType>().Except([nameof(StateType.SUBMITTED), nameof(StateType.RESUBMITTED)])];

    private static readonly EntityQuery Query = new(
        "Executions",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("fulltext"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow_id"),
            [FilterField.EXECUTION_ID] = new FilterColumn.Text("key"),
            [FilterField.STATE] = new FilterColumn.Constant<StateType>("state_current", States, "?::state_type"),
            [FilterField.KIND] = new FilterColumn.Constant<ExecutionKind>("coalesce(kind, 'NORMAL')", Enum.GetNames<ExecutionKind>()),
            [FilterField.START_DATE] = new FilterColumn.Date("start_date", "(? AT TIME ZONE 'UTC')"),
            [FilterField.END_DATE] = new FilterColumn.Date("end_date", "(? AT TIME ZONE 'UTC')"),
            [FilterField.LABELS] = PostgresDialect.Labels("(value -> 'labels')"),
            [FilterField.TRIGGER_EXECUTION_ID] = new FilterColumn.Text("trigger_execution_id"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("(value #>> '{trigger,id}')"),
            [FilterField.PARENT_ID] = new FilterColumn.Text("(value ->> 'parentId')"),
            [FilterField.CHILD_FILTER] = new FilterColumn.Choice("CHILD", "MAIN", "trigger_execution_id IS NOT NULL", "trigger_execution_id IS NULL"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["id"] = new("key"),
            ["namespace"] = new("namespace"),
            ["flowId"] = new("flow_id"),
            ["state.current"] = new("state_current::text"),
            ["state.startDate"] = new("start_date"),
            ["state.endDate"] = new("end_date", Nullable: true),

            // The column state_duration forgets everything above a minute.
            ["state.duration"] = new("(end_date - start_date)", Nullable: true),
        },
        ("start_date", true), ("key", true));

    public async Task<Page<ReadOnlyMemory<byte>>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Conditions(tenantId, filters);
        var paging = Query.Paging(page);
        var rows = await database.QueryAsync($"SELECT value FROM executions{where}{paging}", static row => (ReadOnlyMemory<byte>)Documents.Read(row, 0), where.Values, cancellationToken);
        return new Page<ReadOnlyMemory<byte>>(rows, await CountAsync(where, cancellationToken));
    }

    public async Task<IReadOnlyList<string>> SearchIdsAsync(string tenantId, IReadOnlyList<QueryFilter> filters, int limit, CancellationToken cancellationToken)
    {
        var where = Conditions(tenantId, filters);
        var sql = $"SELECT key FROM executions{where} ORDER BY start_date, key LIMIT {where.Parameter(limit)}";
        return await database.QueryAsync(sql, static row => row.GetString(0), where.Values, cancellationToken);
    }

    public async Task<IReadOnlyList<ExecutionCount>> CountByDateAsync(string tenantId, IReadOnlyList<QueryFilter> filters, Instant from, Instant to, DateTimeZone zone, DateBucket bucket, CancellationToken cancellationToken)
    {
        var where = Conditions(tenantId, filters).And("start_date >= (? AT TIME ZONE 'UTC') AND start_date < (? AT TIME ZONE 'UTC')", from.ToDateTimeUtc(), to.ToDateTimeUtc());
        var step = where.Parameter((long)DateCounts.Step(bucket).TotalSeconds);
        var rows = await database.QueryAsync(
            $"""
            SELECT floor(extract(epoch FROM start_date))::bigint / {step} * {step} AS step, state_current::text, count(*), coalesce(sum(extract(epoch FROM end_date - start_date)), 0)
            FROM executions{where} GROUP BY 1, 2
            """,
            static row => (Instant.FromUnixTimeSeconds(row.GetInt64(0)), Enum.Parse<StateType>(row.GetString(1)), row.GetInt64(2), Duration.FromNanoseconds((double)(row.GetDecimal(3) * 1_000_000_000m))),
            where.Values,
            cancellationToken);
        return DateCounts.Merge(rows, zone, bucket);
    }

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> LatestPerFlowAsync(string tenantId, IReadOnlyList<(string Namespace, string FlowId)> flows, CancellationToken cancellationToken)
    {
        var wanted = flows.Distinct().ToList();
        return await database.QueryAsync(
            $"""
            SELECT latest.value FROM unnest($1, $2) AS wanted (namespace, flow)
            CROSS JOIN LATERAL (
              SELECT value, start_date FROM executions
              WHERE NOT deleted AND tenant_id = $3 AND namespace = wanted.namespace AND flow_id = wanted.flow AND {NormalKind}
              ORDER BY start_date DESC, key DESC LIMIT 1) AS latest
            ORDER BY latest.start_date DESC
            """,
            static row => (ReadOnlyMemory<byte>)Documents.Read(row, 0),
            [wanted.Select(static flow => flow.Namespace).ToArray(), wanted.Select(static flow => flow.FlowId).ToArray(), tenantId],
            cancellationToken);
    }

    public Task<long> CountAsync(string tenantId, IReadOnlyList<QueryFilter> filters, CancellationToken cancellationToken)
    {
        return CountAsync(Conditions(tenantId, filters), cancellationToken);
    }

    // Counting goes on for the next who asks when this one has left.
    private Task<long> CountAsync(SqlConditions where, CancellationToken cancellationToken) => totals.CountAsync(
        where.ToString(),
        where.Values,
        limit => limit is { } most
            ? database.SingleAsync($"SELECT count(*) FROM (SELECT FROM executions{where} LIMIT {most}) AS first", static row => row.GetInt64(0), where.Values, cancellationToken)
            : database.SingleAsync($"SELECT count(*) FROM executions{where}", static row => row.GetInt64(0), where.Values, CancellationToken.None));

    private static SqlConditions Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("NOT deleted").And("tenant_id = ?", tenantId);
        if (!filters.Any(static filter => filter.Field == FilterField.KIND))
        {
            where.And(NormalKind);
        }

        foreach (var filter in filters)
        {
            Query.Add(where, filter);
        }

        return where;
    }
}
