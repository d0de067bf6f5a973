using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using Kestra.Storage.Triggers;
using Npgsql;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresTriggerRepository(PostgresDatabase database) : ITriggerRepository
{
    private static readonly EntityQuery Query = new(
        "Triggers",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("fulltext"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("flow_id"),
            [FilterField.TRIGGER_ID] = new FilterColumn.Text("trigger_id"),
            [FilterField.WORKER_ID] = new FilterColumn.Text("worker_id"),
            [FilterField.START_DATE] = new FilterColumn.Date("next_execution_date"),
            [FilterField.END_DATE] = new FilterColumn.Date("next_execution_date"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal)
        {
            ["flowId"] = new("flow_id"),
            ["namespace"] = new("namespace"),
            ["triggerId"] = new("trigger_id"),
            ["executionId"] = new("execution_id", Nullable: true),
            ["nextExecutionDate"] = new("next_execution_date", Nullable: true),
        },
        ("namespace", false), ("flow_id", false), ("trigger_id", false));

    public Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken) =>
        database.SingleAsync("SELECT value FROM triggers WHERE key = $1 AND tenant_id = $2", Read, [RowKeys.Trigger(tenantId, @namespace, flowId, triggerId), tenantId], cancellationToken);

    public async Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("tenant_id IS NOT NULL");
        foreach (var (column, value) in new[] { ("tenant_id", tenantId), ("namespace", @namespace), ("flow_id", flowId) })
        {
            _ = value is null ? where : where.And($"{column} = ?", value);
        }

        return await database.QueryAsync($"SELECT value FROM triggers{where} ORDER BY tenant_id, namespace, flow_id, trigger_id", Read, where.Values, cancellationToken);
    }

    public async Task<IReadOnlyList<Trigger>> FindShareAsync(FlowShare share, CancellationToken cancellationToken)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("tenant_id IS NOT NULL");
        if (share.Total > 1)
        {
            where.And($"{database.Schema}.flow_partition(tenant_id, namespace, flow_id, ?) = ?", share.Total, share.Number);
        }

        return await database.QueryAsync($"SELECT value FROM triggers{where} ORDER BY tenant_id, namespace, flow_id, trigger_id", Read, where.Values, cancellationToken);
    }

    public Task<Page<Trigger>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And("tenant_id = ?", tenantId);
        foreach (var filter in filters)
        {
            Query.Add(where, filter);
        }

        var paging = Query.Paging(page);
        return database.RunAsync(
            async connection =>
            {
                var rows = await PostgresDatabase.QueryAsync(connection, $"SELECT value FROM triggers{where}{paging}", Read, where.Values, cancellationToken);
                var total = await PostgresDatabase.QueryAsync(connection, $"SELECT count(*) FROM triggers{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
                return new Page<Trigger>(rows, total[0]);
            },
            cancellationToken);
    }

    public Task SaveAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var statements = connection.CreateBatch();
            new CommitBatch(statements, database.Schema).AddTriggers(triggers);
            return triggers.Count == 0 ? 0 : await statements.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task DeleteAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) =>
        database.ExecuteAsync("DELETE FROM triggers WHERE key = ANY ($1)", [triggers.Select(RowKeys.Trigger).ToArray()], cancellationToken);

    private static Trigger Read(NpgsqlDataReader row) => ModelJson.ReadTrigger(Documents.Read(row, 0));
}
