using Kestra.Model.Executions;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Executions;

/// <summary>The read side of executions. Documents are UTF-8 JSON in the database profile.</summary>
public interface IExecutionRepository
{
    /// <summary>A page of snapshots. Sort fields: <c>id, namespace, flowId, state.current, state.startDate, state.endDate, state.duration</c>. Kinds TEST and PLAYGROUND are left out unless a KIND filter asks for them.</summary>
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
