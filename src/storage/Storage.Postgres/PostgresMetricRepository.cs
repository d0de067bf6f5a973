using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresMetricRepository(PostgresDatabase database) : IMetricRepository
{
    private static readonly EntityQuery Query = new(
        "Metrics",
        new Dictionary<FilterField, FilterColumn>(),
        new Dictionary<string, SortColumn>(StringComparer.Ordinal) { ["timestamp"] = new("\"timestamp\""), ["name"] = new("metric_name"), ["taskId"] = new("task_id") },
        (RowKeys.Position, false));

    public Task AppendAsync(IReadOnlyList<MetricEntry> entries, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var statements = connection.CreateBatch();
            new CommitBatch(statements, database.Schema).AddMetrics(entries);
            return entries.Count == 0 ? 0 : await statements.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<Page<MetricEntry>> FindByExecutionAsync(string tenantId, string executionId, string? taskRunId, string? taskId, PageRequest page, CancellationToken cancellationToken)
    {
        var where = Of(tenantId, executionId);
        _ = taskRunId is null ? where : where.And("taskrun_id = ?", taskRunId);
        _ = taskId is null ? where : where.And("task_id = ?", taskId);
        var paging = Query.Paging(page);
        return database.RunAsync(
            async connection =>
            {
                var rows = await PostgresDatabase.QueryAsync(connection, $"SELECT value FROM metrics{where}{paging}", static row => ModelJson.ReadMetric(Documents.Read(row, 0)), where.Values, cancellationToken);
                var total = await PostgresDatabase.QueryAsync(connection, $"SELECT count(*) FROM metrics{where}", static row => row.GetInt64(0), where.Values, cancellationToken);
                return new Page<MetricEntry>(rows, total[0]);
            },
            cancellationToken);
    }

    public async Task<long> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        var where = Of(tenantId, executionId);
        return await database.ExecuteAsync($"DELETE FROM metrics{where}", where.Values, cancellationToken);
    }

    private static SqlConditions Of(string tenantId, string executionId) =>
        new SqlConditions(PostgresDialect.Instance).And("NOT deleted AND tenant_id = ? AND execution_id = ?", tenantId, executionId);
}
