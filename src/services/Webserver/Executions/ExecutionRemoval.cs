using Kestra.Model.Executions;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Kestra.Storage.Objects;

namespace Kestra.Webserver.Executions;

/// <summary>Removes an execution with its logs, metrics and files.</summary>
internal sealed class ExecutionRemoval(IStore store, IObjectStorage objects, ExecutionDesk desk)
{
    public async Task RemoveAsync(Execution execution, bool logs, bool metrics, bool files, CancellationToken cancellationToken)
    {
        // The execution goes first: what is left after a crash is then out of sight.
        await desk.DeleteAsync(execution.TenantId, execution.Id, cancellationToken);
        if (logs)
        {
            await store.Logs.DeleteAsync(execution.TenantId, execution.Id, new LogQuery(), cancellationToken);
        }

        if (metrics)
        {
            await store.Metrics.DeleteAsync(execution.TenantId, execution.Id, cancellationToken);
        }

        if (files)
        {
            await objects.DeletePrefixAsync(execution.TenantId, StoragePaths.Execution(execution.Namespace, execution.FlowId, execution.Id), cancellationToken);
        }
    }
}
