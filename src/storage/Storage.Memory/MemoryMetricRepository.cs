using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;

namespace Kestra.Storage.Memory;

internal sealed class MemoryMetricRepository(MemoryDatabase database) : IMetricRepository
{
    private static readonly Dictionary<string, Func<MetricEntry, IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["timestamp"] = static row => row.Timestamp,
        ["name"] = static row => row.Name,
        ["taskId"] = static row => row.TaskId,
    };

    public Task AppendAsync(IReadOnlyList<MetricEntry> entries, CancellationToken cancellationToken) => database.DoAsync(() => database.Metrics.AddRange(entries), cancellationToken);

    public Task<Page<MetricEntry>> FindByExecutionAsync(string tenantId, string executionId, string? taskRunId, string? taskId, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () => Ordering.Page(
            database.Metrics.Where(row => row.TenantId == tenantId && row.ExecutionId == executionId && (taskRunId is null || row.TaskRunId == taskRunId) && (taskId is null || row.TaskId == taskId)).ToList(),
            page,
            Fields,
            static (_, _) => 0),
        cancellationToken);

    public Task<long> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.DoAsync(
        () => (long)database.Metrics.RemoveAll(row => row.TenantId == tenantId && row.ExecutionId == executionId),
        cancellationToken);
}
