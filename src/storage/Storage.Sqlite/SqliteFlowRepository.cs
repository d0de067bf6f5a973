using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteFlowRepository(SqliteDatabase database, TimeProvider time) : IFlowRepository
{
    private const string Fields = "tenant, namespace, id, revision, deleted, disabled, source, document, updated";

    private static readonly EntityQuery Query = new(
        "Flows",
        new Dictionary<FilterField, FilterColumn>
        {
            [FilterField.QUERY] = new FilterColumn.Words("namespace, id"),
            [FilterField.SCOPE] = FilterColumn.Scope("namespace"),
            [FilterField.NAMESPACE] = new FilterColumn.Text("namespace"),
            [FilterField.FLOW_ID] = new FilterColumn.Text("id"),
            [FilterField.LABELS] = SqliteLabels.InColumn("labels"),
        },
        new Dictionary<string, SortColumn>(StringComparer.Ordinal) { ["id"] = new("id"), ["namespace"] = new("namespace"), ["revision"] = new("revision") },
        ("id", false), ("namespace", false));

    // One process has the file, so every change is its own.
    private readonly LatestFlows latest = new(static () => true, time);

    public async Task<StoredFlow?> FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken)
    {
        var flow = revision is { } number
            ? await database.ReadAsync(
                session => session.Single($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 AND revision = $3", Read, tenantId, @namespace, id, number),
                cancellationToken)
            : await latest.FindAsync((tenantId, @namespace, id), () => database.ReadAsync(
                session => session.Single($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision DESC LIMIT 1", Read, tenantId, @namespace, id),
                cancellationToken));
        return flow is { Deleted: true } && !allowDeleted ? null : flow;
    }

    public async Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision", Read, tenantId, @namespace, id),
        cancellationToken);

    public async Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query($"SELECT {Fields} FROM flow WHERE latest = 1 AND deleted = 0 AND ($0 IS NULL OR tenant = $0) ORDER BY tenant, namespace, id", Read, tenantId),
        cancellationToken);

    // The embedded database has one owner, so the share is mostly everything.
    public async Task<IReadOnlyList<StoredFlow>> FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, cancellationToken)).Where(flow => share.Contains(flow.TenantId, flow.Namespace, flow.Id))];

    public async Task<Page<StoredFlow>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Latest(tenantId);
            foreach (var filter in filters)
            {
                Query.Add(where, filter);
            }

            return PageOf(session, where, page);
        },
        cancellationToken);

    public async Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Latest(tenantId);
            if (!string.IsNullOrEmpty(text))
            {
                where.And("source LIKE ? ESCAPE '\\'", "%" + Escape(text) + "%");
            }

            if (@namespace is not null)
            {
                where.And(where.Dialect.IsOrIsBelow("namespace", @namespace));
            }

            var found = PageOf(session, where, page);
            return new Page<FlowSourceMatch>([.. found.Results.Select(flow => new FlowSourceMatch(flow, SourceFragments.Of(flow.Source, text)))], found.Total);
        },
        cancellationToken);

    public async Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync(session => Save(session, flow, expectedLast), cancellationToken);
        }
        finally
        {
            latest.Forget();
        }
    }

    public async Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? text, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query(
            "SELECT DISTINCT namespace FROM flow WHERE tenant = $0 AND latest = 1 AND deleted = 0 AND ($1 IS NULL OR namespace LIKE $1 ESCAPE '\\') ORDER BY namespace",
            row => row.GetString(0),
            tenantId, text is null ? null : "%" + Escape(text) + "%"),
        cancellationToken);

    public async Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT COUNT(*) FROM flow WHERE latest = 1 AND deleted = 0 AND ($0 IS NULL OR tenant = $0)", row => row.GetInt64(0), tenantId),
        cancellationToken);

    private StoredFlow Save(Session session, NewFlowRevision flow, int? expectedLast)
    {
        var last = session.Single(
            "SELECT revision, deleted FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision DESC LIMIT 1",
            static row => ((int Revision, bool Deleted)?)(row.GetInt32(0), row.GetBoolean(1)),
            flow.TenantId, flow.Namespace, flow.Id);
        RevisionConflictException.ThrowUnless(last, expectedLast, flow);
        var revision = (last?.Revision ?? 0) + 1;
        var document = flow.Document(revision);
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        session.Run("UPDATE flow SET latest = 0 WHERE tenant = $0 AND namespace = $1 AND id = $2 AND latest = 1", flow.TenantId, flow.Namespace, flow.Id);
        session.Run(
            "INSERT INTO flow (tenant, namespace, id, revision, latest, deleted, disabled, labels, source, document, updated) VALUES ($0, $1, $2, $3, 1, $4, $5, $6, $7, $8, $9)",
            flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, SqliteLabels.Text(flow.Labels), flow.Source, document.ToArray(), now.ToUnixTimeTicks());
        return new StoredFlow(flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, flow.Source, document, now);
    }

    private static SqlConditions Latest(string tenantId) => new SqlConditions(SqliteDialect.Instance).And("tenant = ? AND latest = 1 AND deleted = 0", tenantId);

    private static Page<StoredFlow> PageOf(Session session, SqlConditions where, PageRequest page)
    {
        var total = session.Single($"SELECT COUNT(*) FROM flow{where}", row => row.GetInt64(0), where.Values);
        return new Page<StoredFlow>(session.Query($"SELECT {Fields} FROM flow{where}{Query.Paging(page)}", Read, where.Values), total);
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static StoredFlow Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetBoolean(4), row.GetBoolean(5), row.GetString(6), row.GetFieldValue<byte[]>(7), Instant.FromUnixTimeTicks(row.GetInt64(8)));
}
