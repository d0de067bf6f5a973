using Kestra.Storage.Cluster;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryFlowRepository(MemoryDatabase database, TimeProvider time) : IFlowRepository
{
    private static readonly Dictionary<string, Func<FlowRow, IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = static row => row.Flow.Id,
        ["namespace"] = static row => row.Flow.Namespace,
        ["revision"] = static row => row.Flow.Revision,
    };

    public Task<StoredFlow?> FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var revisions = Revisions(new FlowId(tenantId, @namespace, id));
            var found = (revision is { } number ? revisions.Find(row => row.Flow.Revision == number) : revisions.LastOrDefault())?.Flow;
            return found is { Deleted: true } && !allowDeleted ? null : found;
        },
        cancellationToken);

    public Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<StoredFlow>>(
        () => [.. Revisions(new FlowId(tenantId, @namespace, id)).Select(static row => row.Flow)],
        cancellationToken);

    public Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<StoredFlow>>(
        () => [.. Latest(tenantId).Select(static row => row.Flow)
            .OrderBy(static flow => flow.TenantId, StringComparer.Ordinal).ThenBy(static flow => flow.Namespace, StringComparer.Ordinal).ThenBy(static flow => flow.Id, StringComparer.Ordinal)],
        cancellationToken);

    public async Task<IReadOnlyList<StoredFlow>> FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, cancellationToken)).Where(flow => share.Contains(flow.TenantId, flow.Namespace, flow.Id))];

    public Task<Page<StoredFlow>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var found = PageOf(Latest(tenantId).Where(row => filters.All(filter => Matches(row, filter))), page);
            return new Page<StoredFlow>([.. found.Results.Select(static row => row.Flow)], found.Total);
        },
        cancellationToken);

    public Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var found = PageOf(
                Latest(tenantId)
                    .Where(row => text is null || row.Flow.Source.Contains(text, StringComparison.OrdinalIgnoreCase))
                    .Where(row => @namespace is null || Filters.IsOrIsBelow(row.Flow.Namespace, @namespace)),
                page);
            return new Page<FlowSourceMatch>([.. found.Results.Select(row => new FlowSourceMatch(row.Flow, SourceFragments.Of(row.Flow.Source, text)))], found.Total);
        },
        cancellationToken);

    public async Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken)
    {
        var stored = await StoreAsync(flow, expectedLast, cancellationToken);
        database.Hints.Announce([new Hint(HintKind.Flow, "")]);
        return stored;
    }

    private Task<StoredFlow> StoreAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var id = new FlowId(flow.TenantId, flow.Namespace, flow.Id);
            var revisions = Revisions(id);
            var last = revisions.LastOrDefault()?.Flow;
            RevisionConflictException.ThrowUnless(last is null ? null : (last.Revision, last.Deleted), expectedLast, flow);
            var revision = (last?.Revision ?? 0) + 1;
            var stored = new StoredFlow(
                flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, flow.Source, flow.Document(revision), Instant.FromDateTimeOffset(time.GetUtcNow()));
            database.Flows[id] = [.. revisions, new FlowRow(stored, [.. flow.Labels])];
            return stored;
        },
        cancellationToken);

    public Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? text, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<string>>(
        () => [.. Latest(tenantId).Select(static row => row.Flow.Namespace).Where(name => text is null || name.Contains(text, StringComparison.OrdinalIgnoreCase)).Distinct().Order(StringComparer.Ordinal)],
        cancellationToken);

    public Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken) => database.DoAsync(() => Latest(tenantId).LongCount(), cancellationToken);

    private List<FlowRow> Revisions(FlowId id) => database.Flows.TryGetValue(id, out var revisions) ? revisions : [];

    private IEnumerable<FlowRow> Latest(string? tenantId) =>
        database.Flows.Where(pair => tenantId is null || pair.Key.Tenant == tenantId).Select(static pair => pair.Value[^1]).Where(static row => !row.Flow.Deleted);

    private static Page<FlowRow> PageOf(IEnumerable<FlowRow> rows, PageRequest page) => Ordering.Page(
        rows.ToList(),
        page,
        Fields,
        static (left, right) => string.CompareOrdinal(left.Flow.Id, right.Flow.Id) is not 0 and var order ? order : string.CompareOrdinal(left.Flow.Namespace, right.Flow.Namespace));

    private static bool Matches(FlowRow row, QueryFilter filter) => filter.Field switch
    {
        FilterField.QUERY => Filters.Query(filter, row.Flow.Namespace, row.Flow.Id),
        FilterField.SCOPE => Filters.Scope(filter, row.Flow.Namespace),
        FilterField.NAMESPACE => Filters.Text(filter, row.Flow.Namespace),
        FilterField.FLOW_ID => Filters.Text(filter, row.Flow.Id),
        FilterField.LABELS => Filters.Labels(filter, row.Labels),
        _ => throw FilterValues.UnknownField(filter, "Flows"),
    };
}
