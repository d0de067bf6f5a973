using System.Runtime.CompilerServices;
using Kestra.Hosting.Lanes;
using Kestra.Model.Logs;
using Kestra.Plugins.Services;
using Kestra.Storage;
using Kestra.Storage.Logs;

namespace Kestra.Worker.PluginServices;

/// <summary>Reads and removes logs for tasks.</summary>
internal sealed class ExecutionLogs(IStore store, IExecutionReader reader) : IExecutionLogs
{
    private const int PageRows = 1_000;

    public async Task<bool> ExecutionExistsAsync(string tenantId, string executionId, CancellationToken cancellationToken) => await reader.FindAsync(tenantId, executionId, cancellationToken) is not null;

    public async IAsyncEnumerable<LogEntry> ReadAsync(string tenantId, string executionId, LogLevel minimum, string? taskId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new LogQuery(minimum, TaskId: taskId);
        var after = 0L;
        while (await store.Logs.ReadExecutionAsync(tenantId, executionId, query, after, PageRows, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var (_, entry) in rows)
            {
                yield return entry;
            }

            after = rows[^1].Position;
        }
    }

    public Task<long> PurgeAsync(LogPurge purge, CancellationToken cancellationToken) =>
        store.Logs.PurgeAsync(purge.TenantId, new LogSelection(purge.Namespace, purge.FlowId, purge.ExecutionId, purge.Levels, purge.From, purge.Until), cancellationToken);
}
