using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;

namespace Kestra.Storage.Memory;

internal sealed class MemoryLogRepository(MemoryDatabase database) : ILogRepository
{
    private static readonly Dictionary<string, Func<(long Position, LogEntry Entry), IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["timestamp"] = static row => row.Entry.Timestamp,
        ["namespace"] = static row => row.Entry.Namespace,
        ["flowId"] = static row => row.Entry.FlowId,
        ["level"] = static row => row.Entry.Level,
    };

    public Task AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken) => database.DoAsync(() => Append(database, entries), cancellationToken);

    public Task<Page<LogEntry>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var rows = database.Logs
                .Where(row => row.Entry.TenantId == tenantId && row.Entry.ExecutionKind is null or ExecutionKind.NORMAL)
                .Where(row => filters.All(filter => Matches(row.Entry, filter)));
            var found = Ordering.Page(
                rows.ToList(),
                page,
                Fields,
                static (left, right) => right.Entry.Timestamp.CompareTo(left.Entry.Timestamp) is not 0 and var order ? order : right.Position.CompareTo(left.Position));
            return new Page<LogEntry>([.. found.Results.Select(static row => row.Entry)], found.Total);
        },
        cancellationToken);

    public Task<IReadOnlyList<(long Position, LogEntry Entry)>> ReadExecutionAsync(string tenantId, string executionId, LogQuery query, long after, int limit, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<(long, LogEntry)>>(
        () => [.. database.Logs.Where(row => row.Position > after && Is(row.Entry, tenantId, executionId, query)).Take(limit)],
        cancellationToken);

    public Task<long> DeleteAsync(string tenantId, string executionId, LogQuery query, CancellationToken cancellationToken) => database.DoAsync(
        () => (long)database.Logs.RemoveAll(row => Is(row.Entry, tenantId, executionId, query)),
        cancellationToken);

    public Task<long> DeleteByFlowAsync(string tenantId, string @namespace, string flowId, string? triggerId, CancellationToken cancellationToken) => database.DoAsync(
        () => (long)database.Logs.RemoveAll(row => row.Entry.TenantId == tenantId && row.Entry.Namespace == @namespace && row.Entry.FlowId == flowId && (triggerId is null || row.Entry.TriggerId == triggerId)),
        cancellationToken);

    public Task<long> PurgeAsync(string tenantId, LogSelection selection, CancellationToken cancellationToken) => database.DoAsync(
        () => (long)database.Logs.RemoveAll(row => row.Entry.TenantId == tenantId && IsIn(row.Entry, selection)),
        cancellationToken);

    private static bool IsIn(LogEntry entry, LogSelection selection) =>
        entry.Timestamp <= selection.Until && (selection.From is not { } from || entry.Timestamp >= from)
        && (selection.Namespace is null || entry.Namespace == selection.Namespace)
        && (selection.FlowId is null || entry.FlowId == selection.FlowId)
        && (selection.ExecutionId is null || entry.ExecutionId == selection.ExecutionId)
        && (selection.Levels is not { Count: > 0 } levels || levels.Contains(entry.Level));

    internal static void Append(MemoryDatabase database, IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            database.Logs.Add((++database.LastLog, entry));
        }
    }

    private static bool Is(LogEntry entry, string tenantId, string executionId, LogQuery query) =>
        entry.TenantId == tenantId && entry.ExecutionId == executionId
        && (query.MinLevel is null || entry.Level <= query.MinLevel)
        && (query.TaskRunId is null || entry.TaskRunId == query.TaskRunId)
        && (query.TaskId is null || entry.TaskId == query.TaskId)
        && (query.Attempt is null || entry.AttemptNumber == query.Attempt);

    private static bool Matches(LogEntry entry, QueryFilter filter) => filter.Field switch
    {
        FilterField.QUERY => Filters.Query(filter, entry.Namespace, entry.FlowId, entry.TaskId, entry.ExecutionId, entry.TaskRunId, entry.TriggerId, entry.Message, entry.Thread),
        FilterField.SCOPE => Filters.Scope(filter, entry.Namespace),
        FilterField.NAMESPACE => Filters.Text(filter, entry.Namespace),
        FilterField.FLOW_ID => Filters.Text(filter, entry.FlowId),
        FilterField.TRIGGER_ID => Filters.Text(filter, entry.TriggerId),
        FilterField.EXECUTION_ID => Filters.Text(filter, entry.ExecutionId),
        FilterField.LEVEL => entry.Level <= FilterValues.Constant<LogLevel>(filter) == FilterValues.IsEquality(filter),
        FilterField.START_DATE or FilterField.END_DATE => Filters.Date(filter, entry.Timestamp),
        _ => throw FilterValues.UnknownField(filter, "Logs"),
    };
}
