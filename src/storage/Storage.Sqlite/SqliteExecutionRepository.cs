using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteExecutionRepository(SqliteDatabase database, TimeProvider time) : IExecutionRepository
{
    private readonly RememberedTotals totals = new(time);

    private static readonly EntityQuery Query = new(
        "Executions",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow"),
            [FilterField.EXECUTION_ID] = new FilterColumn.Text("id"),
            [FilterField.STATE] = new FilterColumn.Constant<StateType>("state", Enum.GetNames<StateType>()),
            [FilterField.KIND] = new FilterColumn.Constant<ExecutionKind>("COALESCE(kind, 'NORMAL')", Enum.GetNames<ExecutionKind>()),
            [FilterField.START_DATE] = new FilterColumn.Date("start_date"),
            [FilterField.END_DATE] = new FilterColumn.Date("end_date"),
            [FilterField.LABELS] = SqliteLabels.InTable,
            [FilterField.TRIGGER_EXECUTION_ID] = new FilterColumn.Text("trigger_execution"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("trigger_id"),
            [FilterField.PARENT_ID] = new FilterColumn.Text("parent_id"),
            [FilterField.CHILD_FILTER] = new FilterColumn.Choice("CHILD", "MAIN", "trigger_execution IS NOT NULL", "trigger_execution IS NULL"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["id"] = new("id"),
            ["namespace"] = new("namespace"),
            ["flowId"] = new("flow"),
            ["state.current"] = new("state"),
            ["state.startDate"] = new("start_date"),
            ["state.endDate"] = new("end_date", Nullable: true),
            ["state.duration"] = new("duration", Nullable: true),
        },
        ("start_date", true), ("key", true));

    public async Task<Page<ReadOnlyMemory<byte>>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken)
    {
        var (documents, where) = await database.ReadAsync(
            session =>
            {
                var conditions = Conditions(session, tenantId, filters);
                var paging = Query.Paging(page);
                var keys = session.Query($"SELECT key FROM execution{conditions}{paging}", row => row.GetInt64(0), conditions.Values);
                return (keys.ConvertAll(key => Document(session, key)), conditions);
            },
            cancellationToken);
        return new Page<ReadOnlyMemory<byte>>(documents, await CountAsync(where, cancellationToken));
    }

    public async Task<IReadOnlyList<string>> SearchIdsAsync(string tenantId, IReadOnlyList<QueryFilter> filters, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(session, tenantId, filters);
            return session.Query($"SELECT id FROM execution{where} ORDER BY start_date, key LIMIT {where.Parameter(limit)}", row => row.GetString(0), where.Values);
        },
        cancellationToken);

    public async Task<IReadOnlyList<ExecutionCount>> CountByDateAsync(string tenantId, IReadOnlyList<QueryFilter> filters, Instant from, Instant to, DateTimeZone zone, DateBucket bucket, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(session, tenantId, filters).And("start_date >= ? AND start_date < ?", from.ToUnixTimeTicks(), to.ToUnixTimeTicks());
            var step = where.Parameter(DateCounts.Step(bucket).BclCompatibleTicks);
            var rows = session.Query(
                $"SELECT start_date / {step} * {step}, state, COUNT(*), SUM(COALESCE(duration, 0)) FROM execution{where} GROUP BY 1, 2",
                row => (Instant.FromUnixTimeTicks(row.GetInt64(0)), Enum.Parse<StateType>(row.GetString(1)), row.GetInt64(2), Duration.FromTicks(row.GetInt64(3))),
                where.Values);
            return DateCounts.Merge(rows, zone, bucket);
        },
        cancellationToken);

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> LatestPerFlowAsync(string tenantId, IReadOnlyList<(string Namespace, string FlowId)> flows, CancellationToken cancellationToken) => await database.ReadAsync(
        session => flows.Distinct().Select(flow => session.Single(
                "SELECT key, start_date FROM execution WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND kind IS NULL ORDER BY start_date DESC LIMIT 1",
                row => ((long Key, long Start)?)(row.GetInt64(0), row.GetInt64(1)),
                tenantId, flow.Namespace, flow.FlowId))
            .OfType<(long Key, long Start)>()
            .OrderByDescending(static row => row.Start)
            .Select(row => Document(session, row.Key))
            .ToList(),
        cancellationToken);

    public async Task<long> CountAsync(string tenantId, IReadOnlyList<QueryFilter> filters, CancellationToken cancellationToken) =>
        await CountAsync(await database.ReadAsync(session => Conditions(session, tenantId, filters), cancellationToken), cancellationToken);

    // Counting goes on for the next who asks when this one has left.
    private Task<long> CountAsync(SqlConditions where, CancellationToken cancellationToken) => totals.CountAsync(
        where.ToString(),
        where.Values,
        limit => limit is { } most
            ? database.ReadAsync(session => (long)session.Query($"SELECT 1 FROM execution{where} LIMIT {most}", static _ => true, where.Values).Count, cancellationToken)
            : database.ReadAsync(session => session.Single($"SELECT COUNT(*) FROM execution{where}", row => row.GetInt64(0), where.Values), CancellationToken.None));

    private static ReadOnlyMemory<byte> Document(Session session, long key) =>
        session.Single("SELECT document FROM execution_document WHERE key = $0", row => row.GetFieldValue<byte[]>(0), key)!;

    private static SqlConditions Conditions(Session session, string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ?", tenantId);
        if (!filters.Any(static filter => filter.Field == FilterField.KIND))
        {
            where.And("kind IS NULL");
        }

        foreach (var filter in filters)
        {
            if (filter.Field == FilterField.QUERY)
            {
                AddWords(session, where, tenantId, filter);
            }
            else
            {
                Query.Add(where, filter);
            }
        }

        return where;
    }

    // Words are looked for in the few distinct flows rather than in every execution of them. A word that no flow has can only be
    // the beginning of an id, which is looked up as it was written: then everything is a range of an index.
    private static void AddWords(Session session, SqlConditions where, string tenantId, QueryFilter filter)
    {
        var query = FilterValues.Text(filter).Trim();
        var words = SearchWords.Of(query);
        if (words.Count == 0)
        {
            return;
        }

        var alternatives = FlowsOf(session, tenantId)
            .Select(flow => (Flow: flow, Left: words.Where(word => !SearchWords.Match([word], flow.Namespace, flow.FlowId)).ToList()))
            .Where(match => match.Left.Count < words.Count && match.Left.Count <= 1)
            .GroupBy(static match => match.Left.FirstOrDefault() ?? "")
            .Select(group => InFlows(group.Select(static match => match.Flow), group.Key.Length == 0 ? null : AsWritten(query, group.Key)))
            .Append(new SqlCondition("id = ?", query))
            .ToList();
        if (words is [var only])
        {
            alternatives.Add(SqliteDialect.Instance.StartsWith("id", AsWritten(query, only)));
        }

        var found = new SqlCondition("(" + string.Join(" OR ", alternatives.Select(static one => one.Sql)) + ")", [.. alternatives.SelectMany(static one => one.Values)]);
        _ = FilterValues.IsEquality(filter) ? where.And(found) : where.AndNot(found);
    }

    private static SqlCondition InFlows(IEnumerable<(string Namespace, string FlowId)> flows, string? idStart)
    {
        var pairs = JsonSerializer.Serialize(flows.Select(static flow => new[] { flow.Namespace, flow.FlowId }));
        const string In = "(namespace, flow) IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?))";
        if (idStart is null)
        {
            return new SqlCondition(In, pairs);
        }

        var start = SqliteDialect.Instance.StartsWith("id", idStart);
        return new SqlCondition($"({In} AND {start.Sql})", [pairs, .. start.Values]);
    }

    private static string AsWritten(string query, string word) => query.Substring(query.IndexOf(word, StringComparison.OrdinalIgnoreCase), word.Length);

    // Jumps from one pair to the next in the index, so the cost is that of the flows and not of their executions.
    private static List<(string Namespace, string FlowId)> FlowsOf(Session session, string tenantId)
    {
        const string First = "SELECT namespace, flow FROM execution WHERE tenant = $0 AND kind IS NULL";
        const string Order = " ORDER BY namespace, flow LIMIT 1";
        var flows = new List<(string Namespace, string FlowId)>();
        var next = session.Single(First + Order, Pair, tenantId);
        while (next is { } flow)
        {
            flows.Add(flow);
            next = session.Single(First + " AND (namespace, flow) > ($1, $2)" + Order, Pair, tenantId, flow.Namespace, flow.FlowId);
        }

        return flows;
    }

    private static (string Namespace, string FlowId)? Pair(Microsoft.Data.Sqlite.SqliteDataReader row) => (row.GetString(0), row.GetString(1));
}
