using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteExecutionRepository(SqliteDatabase database) : IExecutionRepository
{
    private static readonly Dictionary<string, string> Columns = new(StringComparer.Ordinal)
    {
        ["id"] = "id",
        ["namespace"] = "namespace",
        ["flowId"] = "flow",
        ["state.current"] = "state",
        ["state.startDate"] = "start_date",
        ["state.endDate"] = "end_date",
        ["state.duration"] = "duration",
    };

    public async Task<Page<ReadOnlyMemory<byte>>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            var total = session.Single($"SELECT COUNT(*) FROM execution{where}", row => row.GetInt64(0), where.Values);
            var rows = session.Query(
                $"SELECT document FROM execution WHERE key IN (SELECT key FROM execution{where}{Sorting.Of(page, Columns, "start_date DESC")}{Sorting.Limit(page)}){Sorting.Of(page, Columns, "start_date DESC")}",
                row => (ReadOnlyMemory<byte>)row.GetFieldValue<byte[]>(0),
                where.Values);
            return new Page<ReadOnlyMemory<byte>>(rows, total);
        },
        cancellationToken);

    public async Task<IReadOnlyList<string>> SearchIdsAsync(string tenantId, IReadOnlyList<QueryFilter> filters, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            return session.Query($"SELECT id FROM execution{where} ORDER BY start_date LIMIT {where.Parameter(limit)}", row => row.GetString(0), where.Values);
        },
        cancellationToken);

    public async Task<IReadOnlyList<ExecutionCount>> CountByDateAsync(string tenantId, IReadOnlyList<QueryFilter> filters, Instant from, Instant to, DateTimeZone zone, DateBucket bucket, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters).And("start_date >= ? AND start_date < ?", from.ToUnixTimeTicks(), to.ToUnixTimeTicks());
            var rows = session.Query(
                $"SELECT start_date, state, COALESCE(duration, 0) FROM execution{where}",
                row => (Start: Instant.FromUnixTimeTicks(row.GetInt64(0)), State: Enum.Parse<StateType>(row.GetString(1)), Duration: row.GetInt64(2)),
                where.Values);
            return rows.GroupBy(row => (Bucket: Truncated(row.Start.InZone(zone).LocalDateTime, bucket), row.State))
                .Select(group => new ExecutionCount(group.Key.Bucket, group.Key.State, group.LongCount(), Duration.FromTicks(group.Sum(row => row.Duration))))
                .OrderBy(count => count.Bucket).ToList();
        },
        cancellationToken);

    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>> LatestPerFlowAsync(string tenantId, IReadOnlyList<(string Namespace, string FlowId)> flows, CancellationToken cancellationToken) => await database.ReadAsync(
        session => flows.Select(flow => session.Single(
                "SELECT document, start_date FROM execution WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND kind IS NULL ORDER BY start_date DESC LIMIT 1",
                row => (Document: row.GetFieldValue<byte[]>(0), Start: row.GetInt64(1)),
                tenantId, flow.Namespace, flow.FlowId))
            .Where(row => row.Document is not null)
            .OrderByDescending(row => row.Start)
            .Select(row => (ReadOnlyMemory<byte>)row.Document)
            .ToList(),
        cancellationToken);

    public async Task<long> CountAsync(string tenantId, IReadOnlyList<QueryFilter> filters, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            return session.Single($"SELECT COUNT(*) FROM execution{where}", row => row.GetInt64(0), where.Values);
        },
        cancellationToken);

    private static Where Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new Where().And("tenant = ?", tenantId);
        if (!filters.Any(filter => filter.Field == FilterField.KIND))
        {
            where.And("kind IS NULL");
        }

        foreach (var filter in filters)
        {
            Add(where, filter);
        }

        return where;
    }

    private static void Add(Where where, QueryFilter filter)
    {
        switch (filter.Field)
        {
            case FilterField.QUERY:
                var like = "%" + Where.Escape(Where.First(filter.Value)) + "%";
                var not = filter.Operation == FilterOperation.NOT_EQUALS ? "NOT " : "";
                where.And($"{not}(id LIKE ? ESCAPE '\\' OR namespace LIKE ? ESCAPE '\\' OR flow LIKE ? ESCAPE '\\')", like, like, like);
                break;
            case FilterField.SCOPE:
                var system = Where.Texts(filter.Value).Contains("SYSTEM", StringComparer.Ordinal);
                var user = Where.Texts(filter.Value).Contains("USER", StringComparer.Ordinal);
                if (system != user)
                {
                    where.And(system == (filter.Operation == FilterOperation.EQUALS) ? "namespace = 'system'" : "namespace <> 'system'");
                }

                break;
            case FilterField.NAMESPACE:
                where.Text("namespace", filter);
                break;
            case FilterField.FLOW_ID:
                where.Text("flow", filter);
                break;
            case FilterField.EXECUTION_ID:
                where.Text("id", filter);
                break;
            case FilterField.STATE:
                where.Text("state", filter);
                break;
            case FilterField.KIND:
                where.Text("kind", filter);
                break;
            case FilterField.START_DATE:
                where.Date("start_date", filter);
                break;
            case FilterField.END_DATE:
                where.Date("end_date", filter);
                break;
            case FilterField.LABELS:
                where.Labels("labels", filter);
                break;
            case FilterField.TRIGGER_EXECUTION_ID:
                where.Text("trigger_execution", filter);
                break;
            case FilterField.TRIGGER_ID:
                where.Text("trigger_id", filter);
                break;
            case FilterField.PARENT_ID:
                where.Text("parent_id", filter);
                break;
            case FilterField.CHILD_FILTER:
                var child = Where.Texts(filter.Value).Contains("CHILD", StringComparer.Ordinal) == (filter.Operation == FilterOperation.EQUALS);
                where.And(child ? "trigger_execution IS NOT NULL" : "trigger_execution IS NULL");
                break;
            default:
                throw new InvalidQueryException($"Executions can't be filtered by {filter.Field}");
        }
    }

    private static LocalDateTime Truncated(LocalDateTime date, DateBucket bucket) => bucket switch
    {
        DateBucket.Minute => new LocalDateTime(date.Year, date.Month, date.Day, date.Hour, date.Minute),
        DateBucket.Hour => new LocalDateTime(date.Year, date.Month, date.Day, date.Hour, 0),
        DateBucket.Week => date.Date.PlusDays(1 - (int)date.DayOfWeek).AtMidnight(),
        DateBucket.Month => new LocalDate(date.Year, date.Month, 1).AtMidnight(),
        _ => date.Date.AtMidnight(),
    };
}
