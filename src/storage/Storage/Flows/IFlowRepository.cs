using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Flows;

/// <summary>Flows and their revisions. The store keeps the source byte for byte; parsing it is the caller's.</summary>
public interface IFlowRepository
{
    /// <summary>The latest revision, or the given one. A deleted flow is found only with <paramref name="allowDeleted"/>.</summary>
    Task<StoredFlow?> FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken);

    /// <summary>All revisions, oldest first, deleted ones included.</summary>
    Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken);

    /// <summary>The latest revision of every flow that is not deleted, of one tenant or of all.</summary>
    Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken);

    /// <summary>The latest revision of every flow of a share that is not deleted, of all tenants.</summary>
    Task<IReadOnlyList<StoredFlow>> FindShareAsync(FlowShare share, CancellationToken cancellationToken);

    /// <summary>A page of latest revisions, by id and namespace unless sorted. Filters: QUERY (words of id and namespace), NAMESPACE, SCOPE, LABELS, FLOW_ID. Sort fields: <c>id, namespace, revision</c>.</summary>
    Task<Page<StoredFlow>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken);

    /// <summary>A page of flows whose source contains the text, whatever its case, with the matching fragments. Without a text, all flows.</summary>
    /// <param name="namespace">This namespace and those below it.</param>
    Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Stores a further revision, numbered highest stored + 1 (deleted ones count), in one transaction.</summary>
    /// <param name="expectedLast">The revision that the caller saw last (null: the flow did not exist); another one is a conflict.</param>
    /// <exception cref="RevisionConflictException">Somebody stored a revision in between.</exception>
    Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken);

    /// <summary>Distinct namespaces that hold flows and contain a text, whatever its case; sorted.</summary>
    Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? text, CancellationToken cancellationToken);
    Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken);
}

/// <param name="Source">The YAML text as the user gave it.</param>
/// <param name="Document">Kestra's document of the generic parse, as UTF-8 JSON.</param>
public sealed record StoredFlow(string TenantId, string Namespace, string Id, int Revision, bool Deleted, bool Disabled, string Source, ReadOnlyMemory<byte> Document, Instant Updated);

public sealed record NewFlowRevision(string TenantId, string Namespace, string Id, bool Deleted, bool Disabled, IReadOnlyList<Model.Label> Labels, string Source, Func<int, ReadOnlyMemory<byte>> Document);

public sealed record FlowSourceMatch(StoredFlow Flow, IReadOnlyList<string> Fragments);

/// <summary>Somebody stored a revision of the flow since the caller read it.</summary>
public sealed class RevisionConflictException(string message) : Exception(message)
{
    public static RevisionConflictException Of(NewFlowRevision flow) =>
        new($"The flow '{flow.Namespace}.{flow.Id}' was changed in the meantime; read it again and repeat the change.");

    /// <param name="last">The last stored revision and whether it is a deletion; a deleted flow may be expected as such or as one that does not exist.</param>
    public static void ThrowUnless((int Revision, bool Deleted)? last, int? expectedLast, NewFlowRevision flow)
    {
        var absent = last is null or { Deleted: true };
        if (expectedLast is null ? !absent : last?.Revision != expectedLast)
        {
            throw Of(flow);
        }
    }
}
