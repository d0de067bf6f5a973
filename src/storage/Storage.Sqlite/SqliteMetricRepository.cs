using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteMetricRepository(SqliteDatabase database) : IMetricRepository
{
    private static readonly EntityQuery Query = new(
        "Metrics",
        new Dictionary<FilterField, FilterColumn>(),
        new Dictionary<string, SortColumn>(StringComparer.Ordinal) { ["timestamp"] = new("timestamp"), ["name"] = new("name"), ["taskId"] = new("task") },
        ("position", false));

    public Task AppendAsync(IReadOnlyList<MetricEntry> entries, CancellationToken cancellationToken) => database.WriteAsync(session => Append(session, entries), cancellationToken);

    public async Task<Page<MetricEntry>> FindByExecutionAsync(string tenantId, string executionId, string? taskRunId, string? taskId, PageRequest page, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var where = new SqlConditions(SqliteDialect.Instance).And("tenant = ? AND execution = ?", tenantId, executionId);
            if (taskRunId is not null)
            {
                where.And("task_run = ?", taskRunId);
            }

            if (taskId is not null)
            {
                where.And("task = ?", taskId);
            }

            var total = session.Single($"SELECT COUNT(*) FROM metric{where}", row => row.GetInt64(0), where.Values);
            return new Page<MetricEntry>(
                session.Query($"SELECT document FROM metric{where}{Query.Paging(page)}", row => ModelJson.ReadMetric(row.GetFieldValue<byte[]>(0)), where.Values),
                total);
        },
        cancellationToken);

    public async Task<long> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => await database.WriteAsync(
        session => (long)session.Run("DELETE FROM metric WHERE tenant = $0 AND execution = $1", tenantId, executionId),
        cancellationToken);

    internal static void Append(Session session, IReadOnlyList<MetricEntry> entries)
    {
        foreach (var entry in entries)
        {
            session.Run(
                "INSERT INTO metric (tenant, execution, task_run, task, name, timestamp, document) VALUES ($0, $1, $2, $3, $4, $5, $6)",
                entry.TenantId, entry.ExecutionId, entry.TaskRunId, entry.TaskId, entry.Name, entry.Timestamp.ToUnixTimeTicks(), ModelJson.Serialize(entry, JsonProfile.Database));
        }
    }
}
