using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryExecutionRepository(MemoryDatabase database) : IExecutionRepository
{
    private static readonly Dictionary<string, Func<ExecutionSnapshot, IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["id"] = static row => row.Id,
        ["namespace"] = static row => row.Namespace,
        ["flowId"] = static row => row.FlowId,
        ["state.current"] = static row => row.State.ToString(),
        ["state.startDate"] = static row => row.StartDate,
        ["state.endDate"] = static row => row.EndDate,
        ["state.duration"] = static row => row.Duration,
    };

    public Task<Page<ReadOnlyMemory<byte>>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var found = Ordering.Page(Find(tenantId, filters).ToList(), page, Fields, static (left, right) => right.StartDate.CompareTo(left.StartDate));
            return new Page<ReadOnlyMemory<byte>>([.. found.Results.Select(static row => row.Document)], found.Total);
        },
        cancellationToken);

    public Task<IReadOnlyList<string>> SearchIdsAsync(string tenantId, IReadOnlyList<QueryFilter> filters, int limit, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<string>>(
        () => [.. Find(tenantId, filters).OrderBy(static row => row.StartDate).Take(limit).Select(static row => row.Id)],
        cancellationToken);

    public Task<IReadOnlyList<ExecutionCount>> CountByDateAsync(string tenantId, IReadOnlyList<QueryFilter> filters, Instant from, Instant to, DateTimeZone zone, DateBucket bucket, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<ExecutionCount>>(
        () => [.. Find(tenantId, filters)
            .Where(row => row.StartDate >= from && row.StartDate < to)
            .GroupBy(row => (Bucket: DateBuckets.Start(row.StartDate, zone, bucket), row.State))
            .Select(static group => new ExecutionCount(group.Key.Bucket, group.Key.State, group.LongCount(), group.Aggregate(Duration.Zero, static (sum, row) => sum + (row.Duration ?? Duration.Zero))))
            .OrderBy(static count => count.Bucket).ThenBy(static count => count.State)],
        cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> LatestPerFlowAsync(string tenantId, IReadOnlyList<(string Namespace, string FlowId)> flows, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<ReadOnlyMemory<byte>>>(
        () => [.. Find(tenantId, [])
            .Where(row => flows.Contains((row.Namespace, row.FlowId)))
            .GroupBy(static row => (row.Namespace, row.FlowId))
            .Select(static group => group.MaxBy(static row => row.StartDate)!)
            .OrderByDescending(static row => row.StartDate)
            .Select(static row => row.Document)],
        cancellationToken);

    public Task<long> CountAsync(string tenantId, IReadOnlyList<QueryFilter> filters, CancellationToken cancellationToken) => database.DoAsync(() => Find(tenantId, filters).LongCount(), cancellationToken);

    private IEnumerable<ExecutionSnapshot> Find(string tenantId, IReadOnlyList<QueryFilter> filters)
    {
        var anyKind = filters.Any(static filter => filter.Field == FilterField.KIND);
        return database.Executions.Values.Select(static row => row.Snapshot)
            .Where(row => row.TenantId == tenantId && !row.Provisional && (anyKind || row.Kind is null or ExecutionKind.NORMAL))
            .Where(row => filters.All(filter => Matches(row, filter)));
    }

    private static bool Matches(ExecutionSnapshot row, QueryFilter filter) => filter.Field switch
    {
        FilterField.QUERY => Filters.Query(filter, row.Namespace, row.FlowId, row.Id),
        FilterField.SCOPE => Filters.Scope(filter, row.Namespace),
        FilterField.NAMESPACE => Filters.Text(filter, row.Namespace),
        FilterField.FLOW_ID => Filters.Text(filter, row.FlowId),
        FilterField.EXECUTION_ID => Filters.Text(filter, row.Id),
        FilterField.STATE => Filters.Constant(filter, row.State),
        FilterField.KIND => Filters.Constant(filter, row.Kind ?? ExecutionKind.NORMAL),
        FilterField.START_DATE => Filters.Date(filter, row.StartDate),
        FilterField.END_DATE => Filters.Date(filter, row.EndDate),
        FilterField.LABELS => Filters.Labels(filter, row.Labels),
        FilterField.TRIGGER_EXECUTION_ID => Filters.Text(filter, row.TriggerExecutionId),
        FilterField.TRIGGER_ID => Filters.Text(filter, row.TriggerId),
        FilterField.PARENT_ID => Filters.Text(filter, row.ParentId),
        FilterField.CHILD_FILTER => FilterValues.Choice(filter, ("CHILD", "MAIN")) is not { } child || child == row.TriggerExecutionId is not null,
        _ => throw FilterValues.UnknownField(filter, "Executions"),
    };
}
