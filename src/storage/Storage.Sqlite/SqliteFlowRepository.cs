using System.Text;
using Kestra.Model.Json;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteFlowRepository(SqliteDatabase database, TimeProvider time) : IFlowRepository
{
    private const string Fields = "tenant, namespace, id, revision, deleted, disabled, source, document, updated";

    private static readonly Dictionary<string, string> Columns = new(StringComparer.Ordinal) { ["id"] = "id", ["namespace"] = "namespace", ["revision"] = "revision" };

    public async Task<StoredFlow?> FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var flow = revision is { } number
                ? session.Single($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 AND revision = $3", Read, tenantId, @namespace, id, number)
                : session.Single($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision DESC LIMIT 1", Read, tenantId, @namespace, id);
            return flow is { Deleted: true } && !allowDeleted ? null : flow;
        },
        cancellationToken);

    public async Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query($"SELECT {Fields} FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision", Read, tenantId, @namespace, id),
        cancellationToken);

    public async Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query($"SELECT {Fields} FROM flow WHERE latest = 1 AND deleted = 0 AND ($0 IS NULL OR tenant = $0) ORDER BY tenant, namespace, id", Read, tenantId),
        cancellationToken);

    public async Task<Page<StoredFlow>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = Conditions(tenantId, filters);
            var total = session.Single($"SELECT COUNT(*) FROM flow{where}", row => row.GetInt64(0), where.Values);
            return new Page<StoredFlow>(session.Query($"SELECT {Fields} FROM flow{where}{Sorting.Of(page, Columns, "namespace, id")}{Sorting.Limit(page)}", Read, where.Values), total);
        },
        cancellationToken);

    public async Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = new Where().And("tenant = ? AND latest = 1 AND deleted = 0", tenantId);
            if (text is not null)
            {
                where.And("source LIKE ? ESCAPE '\\'", "%" + Where.Escape(text) + "%");
            }

            if (@namespace is not null)
            {
                where.And("(namespace = ? OR namespace LIKE ? ESCAPE '\\')", @namespace, Where.Escape(@namespace) + ".%");
            }

            var total = session.Single($"SELECT COUNT(*) FROM flow{where}", row => row.GetInt64(0), where.Values);
            var flows = session.Query($"SELECT {Fields} FROM flow{where}{Sorting.Of(page, Columns, "namespace, id")}{Sorting.Limit(page)}", Read, where.Values);
            return new Page<FlowSourceMatch>(flows.ConvertAll(flow => new FlowSourceMatch(flow, Fragments(flow.Source, text))), total);
        },
        cancellationToken);

    public async Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            var last = session.Single(
                "SELECT revision, deleted FROM flow WHERE tenant = $0 AND namespace = $1 AND id = $2 ORDER BY revision DESC LIMIT 1",
                row => ((int Revision, bool Deleted)?)(row.GetInt32(0), row.GetBoolean(1)),
                flow.TenantId, flow.Namespace, flow.Id);
            if ((last is { Deleted: false } existing ? existing.Revision : null) != expectedLast && last?.Revision != expectedLast)
            {
                throw new RevisionConflictException($"The flow '{flow.Namespace}.{flow.Id}' was changed in the meantime; read it again and repeat the change.");
            }

            var revision = (last?.Revision ?? 0) + 1;
            var document = flow.Document(revision);
            var now = Instant.FromDateTimeOffset(time.GetUtcNow());
            session.Run("UPDATE flow SET latest = 0 WHERE tenant = $0 AND namespace = $1 AND id = $2 AND latest = 1", flow.TenantId, flow.Namespace, flow.Id);
            session.Run(
                "INSERT INTO flow (tenant, namespace, id, revision, latest, deleted, disabled, labels, source, document, updated) VALUES ($0, $1, $2, $3, 1, $4, $5, $6, $7, $8, $9)",
                flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, LabelText(flow.Labels), flow.Source, document.ToArray(), now.ToUnixTimeTicks());
            return new StoredFlow(flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, flow.Source, document, now);
        },
        cancellationToken);

    public async Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? prefix, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Query(
            "SELECT DISTINCT namespace FROM flow WHERE tenant = $0 AND latest = 1 AND deleted = 0 AND ($1 IS NULL OR namespace LIKE $1 ESCAPE '\\') ORDER BY namespace",
            row => row.GetString(0),
            tenantId, prefix is null ? null : Where.Escape(prefix) + "%"),
        cancellationToken);

    public async Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT COUNT(*) FROM flow WHERE latest = 1 AND deleted = 0 AND ($0 IS NULL OR tenant = $0)", row => row.GetInt64(0), tenantId),
        cancellationToken);

    private static Where Conditions(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var where = new Where().And("tenant = ? AND latest = 1 AND deleted = 0", tenantId);
        foreach (var filter in filters)
        {
            switch (filter.Field)
            {
                case FilterField.QUERY:
                    var like = "%" + Where.Escape(Where.First(filter.Value)) + "%";
                    var not = filter.Operation == FilterOperation.NOT_EQUALS ? "NOT " : "";
                    where.And($"{not}(id LIKE ? ESCAPE '\\' OR namespace LIKE ? ESCAPE '\\')", like, like);
                    break;
                case FilterField.NAMESPACE:
                    where.Text("namespace", filter);
                    break;
                case FilterField.FLOW_ID:
                    where.Text("id", filter);
                    break;
                case FilterField.LABELS:
                    where.Labels("labels", filter);
                    break;
                case FilterField.SCOPE:
                    var texts = Where.Texts(filter.Value);
                    if (texts.Contains("SYSTEM", StringComparer.Ordinal) != texts.Contains("USER", StringComparer.Ordinal))
                    {
                        where.And(texts.Contains("SYSTEM", StringComparer.Ordinal) == (filter.Operation == FilterOperation.EQUALS) ? "namespace = 'system'" : "namespace <> 'system'");
                    }

                    break;
                default:
                    throw new InvalidQueryException($"Flows can't be filtered by {filter.Field}");
            }
        }

        return where;
    }

    private static string? LabelText(IReadOnlyList<Model.Label> labels)
    {
        if (labels.Count == 0)
        {
            return null;
        }

        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var label in labels)
        {
            map[label.Key] = label.Value;
        }

        return Encoding.UTF8.GetString(ModelJson.SerializeValue(map, JsonProfile.Database));
    }

    private static List<string> Fragments(string source, string? text)
    {
        var at = text is null ? -1 : source.IndexOf(text, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? [] : [source[Math.Max(0, at - 60)..Math.Min(source.Length, at + text!.Length + 60)]];
    }

    private static StoredFlow Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetBoolean(4), row.GetBoolean(5), row.GetString(6), row.GetFieldValue<byte[]>(7), Instant.FromUnixTimeTicks(row.GetInt64(8)));
}
