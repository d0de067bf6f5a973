using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using Kestra.Storage.Triggers;
using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteTriggerRepository(SqliteDatabase database) : ITriggerRepository
{
    private static readonly EntityQuery Query = new(
        "Triggers",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("namespace, flow, id, execution"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("id"),
            [FilterField.WORKER_ID] = new FilterColumn.Text("worker"),
            [FilterField.START_DATE] = new FilterColumn.Date("next_date"),
            [FilterField.END_DATE] = new FilterColumn.Date("next_date"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["flowId"] = new("flow"),
            ["namespace"] = new("namespace"),
            ["triggerId"] = new("id"),
            ["executionId"] = new("execution", Nullable: true),
            ["nextExecutionDate"] = new("next_date", Nullable: true),
        },
        ("namespace", false), ("flow", false), ("id", false));

    public async Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT document FROM trigger_state WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND id = $3", Read, tenantId, @namespace, flowId, triggerId),
        cancellationToken);

    public async Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = new SqlConditions(SqliteDialect.Instance);
            foreach (var (column, value) in new[] { ("tenant", tenantId), ("namespace", @namespace), ("flow", flowId) })
            {
                _ = value is null ? where : where.And($"{column} = ?", value);
            }

            return session.Query($"SELECT document FROM trigger_state{where} ORDER BY tenant, namespace, flow, id", Read, where.Values);
        },
        cancellationToken);

    // The embedded database has one owner, so the share is mostly everything.
    public async Task<IReadOnlyList<Trigger>> FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, null, null, cancellationToken)).Where(row => share.Contains(row.TenantId, row.Namespace, row.FlowId))];

    public async Task<Page<Trigger>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ?", tenantId);
            foreach (var filter in filters)
            {
                Query.Add(where, filter);
            }

            var total = session.Single($"SELECT COUNT(*) FROM trigger_state{where}", row => row.GetInt64(0), where.Values);
            return new Page<Trigger>(session.Query($"SELECT document FROM trigger_state{where}{Query.Paging(page)}", Read, where.Values), total);
        },
        cancellationToken);

    public Task SaveAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) => database.WriteAsync(session => Save(session, triggers), cancellationToken);

    public Task DeleteAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            foreach (var trigger in triggers)
            {
                session.Run("DELETE FROM trigger_state WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND id = $3", trigger.TenantId, trigger.Namespace, trigger.FlowId, trigger.TriggerId);
            }
        },
        cancellationToken);

    internal static void Save(Session session, IReadOnlyList<Trigger> triggers)
    {
        foreach (var trigger in triggers)
        {
            session.Run(
                """
                INSERT INTO trigger_state (tenant, namespace, flow, id, execution, worker, next_date, document) VALUES ($0, $1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (tenant, namespace, flow, id) DO UPDATE SET execution = $4, worker = $5, next_date = $6, document = $7
                """,
                trigger.TenantId, trigger.Namespace, trigger.FlowId, trigger.TriggerId, trigger.ExecutionId, trigger.WorkerId,
                trigger.NextExecutionDate?.ToInstant().ToUnixTimeTicks(), ModelJson.Serialize(trigger, JsonProfile.Database));
        }
    }

    private static Trigger Read(SqliteDataReader row) => ModelJson.ReadTrigger(row.GetFieldValue<byte[]>(0));
}
