using Kestra.Model.Executions;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Executions;

/// <summary>The read side of executions. Documents are UTF-8 JSON in the database profile.</summary>
public interface IExecutionRepository
{
    /// <summary>
    /// A page of snapshots, newest start first unless sorted. Sort fields: <c>id, namespace, flowId, state.current, state.startDate, state.endDate, state.duration</c>;
    /// what has no end or duration yet counts as the greatest. Filters: QUERY, SCOPE, NAMESPACE, FLOW_ID, EXECUTION_ID, STATE, KIND, START_DATE, END_DATE, LABELS,
    /// TRIGGER_EXECUTION_ID, TRIGGER_ID, PARENT_ID, CHILD_FILTER. Kinds TEST and PLAYGROUND are left out unless a KIND filter asks for them.
    /// </summary>
    /// <exception cref="InvalidQueryException">A filter, operation or sort field that is not in the list.</exception>
    Task<Page<ReadOnlyMemory<byte>>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Ids of all executions that match, at most <paramref name="limit"/>, oldest first.</summary>
    Task<IReadOnlyList<string>> SearchIdsAsync(string tenantId, IReadOnlyList<QueryFilter> filters, int limit, CancellationToken cancellationToken);

    /// <summary>How many executions of each state started in each bucket; buckets without executions are absent.</summary>
    Task<IReadOnlyList<ExecutionCount>> CountByDateAsync(string tenantId, IReadOnlyList<QueryFilter> filters, Instant from, Instant to, DateTimeZone zone, DateBucket bucket, CancellationToken cancellationToken);

    /// <summary>The last execution of each flow, newest first.</summary>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>> LatestPerFlowAsync(string tenantId, IReadOnlyList<(string Namespace, string FlowId)> flows, CancellationToken cancellationToken);

    Task<long> CountAsync(string tenantId, IReadOnlyList<QueryFilter> filters, CancellationToken cancellationToken);
}

public enum DateBucket { Minute, Hour, Day, Week, Month }

public sealed record ExecutionCount(LocalDateTime Bucket, StateType State, long Count, Duration TotalDuration);
