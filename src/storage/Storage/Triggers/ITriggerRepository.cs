using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;

namespace Kestra.Storage.Triggers;

/// <summary>States of triggers, a row each.</summary>
public interface ITriggerRepository
{
    Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken);

    /// <summary>All triggers of one flow, or of the installation when <paramref name="flowId"/> is null.</summary>
    Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken);

    /// <summary>All triggers of the flows of a share.</summary>
    Task<IReadOnlyList<Trigger>> FindShareAsync(FlowShare share, CancellationToken cancellationToken);

    /// <summary>A page. Filters: QUERY, SCOPE, NAMESPACE, FLOW_ID, TRIGGER_ID, WORKER_ID, START_DATE and END_DATE (of the next execution). Sort fields: <c>flowId, namespace, triggerId, executionId, nextExecutionDate</c>.</summary>
    Task<Page<Trigger>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Creates or replaces rows, in one transaction.</summary>
    Task SaveAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken);
    Task DeleteAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken);
}
