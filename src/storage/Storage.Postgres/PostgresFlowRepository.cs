using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;
using NodaTime.Text;
using Npgsql;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresFlowRepository(PostgresDatabase database, LatestFlows latest, TimeProvider time) : IFlowRepository
{
    // The tables of 1.0 have no place for the date of a revision, so it is a field of the row's document, as later versions have it.
    private const string Fields = "tenant_id, namespace, id, revision, deleted, coalesce((value ->> 'disabled')::boolean, false), source_code, value - 'updated', value ->> 'updated'";

    private const string IsLatest =
        """
        NOT deleted AND tenant_id IS NOT NULL AND NOT EXISTS (SELECT FROM flows AS newer
          WHERE newer.tenant_id = flows.tenant_id AND newer.namespace = flows.namespace AND newer.id = flows.id AND newer.revision > flows.revision)
        """;

    private static readonly EntityQuery Query = new(
        "Flows",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("fulltext"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("id"),
            [FilterField.LABELS] = PostgresDialect.Labels("(value -> 'labels')"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal) { ["id"] = new("id"), ["namespace"] = new("namespace"), ["revision"] = new("revision") },
        ("id", false), ("namespace", false));

    public async Task<StoredFlow?> FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken)
    {
        var flow = revision is null
            ? await latest.FindAsync((tenantId, @namespace, id), () => FindAsync(One(tenantId, @namespace, id), cancellationToken))
            : await FindAsync(One(tenantId, @namespace, id).And("revision = ?", revision), cancellationToken);
        return flow is { Deleted: true } && !allowDeleted ? null : flow;
    }

    public async Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken)
    {
        var where = One(tenantId, @namespace, id);
        return await database.QueryAsync($"SELECT {Fields} FROM flows{where} ORDER BY revision", Read, where.Values, cancellationToken);
    }

    public async Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken)
    {
        var where = Latest(tenantId);
        return await database.QueryAsync($"SELECT {Fields} FROM flows{where} ORDER BY tenant_id, namespace, id", Read, where.Values, cancellationToken);
    }

    public async Task<IReadOnlyList<StoredFlow>> FindShareAsync(FlowShare share, CancellationToken cancellationToken)
    {
        var where = Latest(null);
        if (share.Total > 1)
        {
            where.And($"{database.Schema}.flow_partition(tenant_id, namespace, id, ?) = ?", share.Total, share.Number);
        }

        return await database.QueryAsync($"SELECT {Fields} FROM flows{where} ORDER BY tenant_id, namespace, id", Read, where.Values, cancellationToken);
    }

    public Task<Page<StoredFlow>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Latest(tenantId);
        foreach (var filter in filters)
        {
            Query.Add(where, filter);
        }

        return PageAsync(where, page, cancellationToken);
    }

    public async Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Latest(tenantId);
        if (!string.IsNullOrEmpty(text))
        {
            where.And("position(lower(?) IN lower(source_code)) > 0", text);
        }

        if (@namespace is not null)
        {
            where.And(where.Dialect.IsOrIsBelow("namespace", @namespace));
        }

        var found = await PageAsync(where, page, cancellationToken);
        return new Page<FlowSourceMatch>([.. found.Results.Select(flow => new FlowSourceMatch(flow, SourceFragments.Of(flow.Source, text)))], found.Total);
    }

    public async Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken)
    {
        var where = One(flow.TenantId, flow.Namespace, flow.Id);
        var last = await database.SingleAsync(
            $"SELECT revision, deleted FROM flows{where} ORDER BY revision DESC LIMIT 1",
            static row => ((int Revision, bool Deleted)?)(row.GetInt32(0), row.GetBoolean(1)),
            where.Values,
            cancellationToken);
        RevisionConflictException.ThrowUnless(last, expectedLast, flow);
        var revision = (last?.Revision ?? 0) + 1;
        var document = flow.Document(revision);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        try
        {
            await database.ExecuteAsync(
                """
                WITH stored AS (INSERT INTO flows (key, value, source_code) VALUES ($1, $2::jsonb || jsonb_build_object('updated', $3::text), $4) RETURNING key)
                SELECT pg_notify($5, '') FROM stored
                """,
                [
                    RowKeys.Flow(flow.TenantId, flow.Namespace, flow.Id, revision), Documents.Text(document.Span), InstantPattern.ExtendedIso.Format(now),
                    flow.Source.Replace("\0", "", StringComparison.Ordinal), PostgresHints.FlowChannel(database.Schema),
                ],
                cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Somebody stored this very revision since it was looked up.
            throw RevisionConflictException.Of(flow);
        }
        finally
        {
            latest.Forget();
        }

        return new StoredFlow(flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, flow.Source, document, now);
    }

    public async Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? text, CancellationToken cancellationToken)
    {
        var where = Latest(tenantId);
        _ = text is null ? where : where.And("position(lower(?) IN lower(namespace)) > 0", text);
        return await database.QueryAsync($"SELECT DISTINCT namespace FROM flows{where} ORDER BY namespace", static row => row.GetString(0), where.Values, cancellationToken);
    }

    public Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken)
    {
        var where = Latest(tenantId);
        return database.SingleAsync($"SELECT count(*) FROM flows{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
    }

    private static SqlConditions Latest(string? tenantId)
    {
        var where = new SqlConditions(PostgresDialect.Instance).And(IsLatest);
        return tenantId is null ? where : where.And("tenant_id = ?", tenantId);
    }

    private Task<StoredFlow?> FindAsync(SqlConditions where, CancellationToken cancellationToken) =>
        database.SingleAsync($"SELECT {Fields} FROM flows{where} ORDER BY revision DESC LIMIT 1", Read, where.Values, cancellationToken);

    // Both values of the index's first column, so that the index serves.
    private static SqlConditions One(string tenantId, string @namespace, string id) =>
        new SqlConditions(PostgresDialect.Instance).And("deleted IN (true, false) AND tenant_id = ? AND namespace = ? AND id = ?", tenantId, @namespace, id);

    private Task<Page<StoredFlow>> PageAsync(SqlConditions where, PageRequest page, CancellationToken cancellationToken)
    {
        var paging = Query.Paging(page);
        return database.RunAsync(
            async connection =>
            {
                var rows = await PostgresDatabase.QueryAsync(connection, $"SELECT {Fields} FROM flows{where}{paging}", Read, where.Values, cancellationToken);
                var total = await PostgresDatabase.QueryAsync(connection, $"SELECT count(*) FROM flows{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
                return new Page<StoredFlow>(rows, total[0]);
            },
            cancellationToken);
    }

    private static StoredFlow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetBoolean(4), row.GetBoolean(5), row.GetString(6), Documents.Read(row, 7),
        !row.IsDBNull(8) && InstantPattern.ExtendedIso.Parse(row.GetString(8)) is { Success: true, Value: var date } ? date : Instant.FromUnixTimeTicks(0));
}
