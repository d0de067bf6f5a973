using Kestra.Model.Logs;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Logs;

/// <summary>Logs of executions and triggers.</summary>
public interface ILogRepository
{
    Task AppendAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken);

    /// <summary>A page, newest first unless sorted. Filters: QUERY, NAMESPACE, FLOW_ID, TRIGGER_ID, EXECUTION_ID, LEVEL (that and more severe), START_DATE, END_DATE, SCOPE. Sort fields: <c>timestamp, namespace, flowId, level</c>. Logs of TEST and PLAYGROUND executions are left out.</summary>
    Task<Page<LogEntry>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken);

    /// <summary>Logs of one execution in the order of writing, after a position.</summary>
    /// <param name="limit">Rows wanted; a store may give a few more when rows share a position.</param>
    /// <param name="after">Position of the last entry already seen; 0 is from the start.</param>
    Task<IReadOnlyList<(long Position, LogEntry Entry)>> ReadExecutionAsync(string tenantId, string executionId, LogQuery query, long after, int limit, CancellationToken cancellationToken);

    Task<long> DeleteAsync(string tenantId, string executionId, LogQuery query, CancellationToken cancellationToken);
    Task<long> DeleteByFlowAsync(string tenantId, string @namespace, string flowId, string? triggerId, CancellationToken cancellationToken);

    /// <summary>Deletes old entries, whatever they belong to.</summary>
    /// <returns>How many.</returns>
    Task<long> PurgeAsync(string tenantId, LogSelection selection, CancellationToken cancellationToken);
}

/// <summary>Entries written within a span of time; null takes all.</summary>
/// <param name="Levels">Exactly these.</param>
/// <param name="From">Included.</param>
/// <param name="Until">Included.</param>
public sealed record LogSelection(string? Namespace, string? FlowId, string? ExecutionId, IReadOnlyList<LogLevel>? Levels, Instant? From, Instant Until);

/// <summary>Narrows the logs of one execution; null takes all.</summary>
public sealed record LogQuery(LogLevel? MinLevel = null, string? TaskRunId = null, string? TaskId = null, int? Attempt = null);

/// <summary>Metrics that task runs reported.</summary>
public interface IMetricRepository
{
    Task AppendAsync(IReadOnlyList<MetricEntry> entries, CancellationToken cancellationToken);
    Task<Page<MetricEntry>> FindByExecutionAsync(string tenantId, string executionId, string? taskRunId, string? taskId, PageRequest page, CancellationToken cancellationToken);
    Task<long> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken);
}
