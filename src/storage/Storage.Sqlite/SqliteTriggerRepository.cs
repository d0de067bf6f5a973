using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage.Queries;
using Kestra.Storage.Triggers;
using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteTriggerRepository(SqliteDatabase database) : ITriggerRepository
{
    private static readonly Dictionary<string, string> Columns = new(StringComparer.Ordinal)
    {
        ["flowId"] = "flow",
        ["namespace"] = "namespace",
        ["triggerId"] = "id",
        ["executionId"] = "execution",
        ["nextExecutionDate"] = "next_date",
    };

    public async Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT document FROM trigger_state WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND id = $3", Read, tenantId, @namespace, flowId, triggerId),
        cancellationToken);

    public async Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query(
            "SELECT document FROM trigger_state WHERE ($0 IS NULL OR tenant = $0) AND ($1 IS NULL OR namespace = $1) AND ($2 IS NULL OR flow = $2) ORDER BY tenant, namespace, flow, id",
            Read, tenantId, @namespace, flowId),
        cancellationToken);

    public async Task<Page<Trigger>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            var total = session.Single($"SELECT COUNT(*) FROM trigger_state{where}", row => row.GetInt64(0), where.Values);
            return new Page<Trigger>(session.Query($"SELECT document FROM trigger_state{where}{Sorting.Of(page, Columns, "namespace, flow, id")}{Sorting.Limit(page)}", Read, where.Values), total);
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

    private static Where Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new Where().And("tenant = ?", tenantId);
        foreach (var filter in filters)
        {
            switch (filter.Field)
            {
                case FilterField.QUERY:
                    var like = "%" + Where.Escape(Where.First(filter.Value)) + "%";
                    where.And("(flow LIKE ? ESCAPE '\\' OR namespace LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\')", like, like, like);
                    break;
                case FilterField.NAMESPACE:
                    where.Text("namespace", filter);
                    break;
                case FilterField.FLOW_ID:
                    where.Text("flow", filter);
                    break;
                case FilterField.TRIGGER_ID:
                    where.Text("id", filter);
                    break;
                case FilterField.WORKER_ID:
                    where.Text("worker", filter);
                    break;
                default:
                    throw new InvalidQueryException($"Triggers can't be filtered by {filter.Field}");
            }
        }

        return where;
    }

    private static Trigger Read(SqliteDataReader row) => ModelJson.ReadTrigger(row.GetFieldValue<byte[]>(0));
}
