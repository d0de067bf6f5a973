using Kestra.Engine;
using Kestra.Storage.Executions;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>Brings each command to the executor that owns its execution: the one of this process, or by way of the database another's.</summary>
/// <param name="local">Null in a process without executor.</param>
public sealed class CommandRouter(IExecutionJournal journal, RemoteCommands remote, ILocalExecutions? local) : IExecutionCommands
{
    public async Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await PartitionAsync(request.TenantId, request.ExecutionId, PlaceOf(request), cancellationToken) is not { } partition)
        {
            return new CommandOutcome.NotFound();
        }

        return local?.Owns(partition) == true
            ? await local.SubmitAsync(request, partition, cancellationToken)
            : await remote.SubmitAsync(CommandEnvelope.Of(request), partition, cancellationToken);
    }

    public async ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await PartitionAsync(request.TenantId, request.ExecutionId, PlaceOf(request), cancellationToken) is not { } partition)
        {
            return;
        }

        if (local?.Owns(partition) == true)
        {
            await local.PostAsync(request, partition, cancellationToken);
        }
        else
        {
            await remote.PostAsync(CommandEnvelope.Of(request), partition, cancellationToken);
        }
    }

    public async Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        if (await PartitionAsync(tenantId, executionId, null, cancellationToken) is not { } partition)
        {
            return false;
        }

        var outcome = local?.Owns(partition) == true
            ? await local.DeleteAsync(tenantId, executionId, partition, cancellationToken)
            : await remote.SubmitAsync(new CommandEnvelope(tenantId, executionId, null), partition, cancellationToken);
        return outcome is CommandOutcome.Deleted;
    }

    private static ExecutionPlace? PlaceOf(ExecutionRequest request) => request.Command is Command.Create { Execution: var execution }
        ? new ExecutionPlace(execution.TenantId, execution.Namespace, execution.FlowId)
        : request.Place;

    private async ValueTask<int?> PartitionAsync(string tenantId, string executionId, ExecutionPlace? known, CancellationToken cancellationToken)
    {
        // One partition needs no search, and its executor knows best what exists.
        if (journal.Partitions == 1)
        {
            return 0;
        }

        return (known ?? await journal.FindPlaceAsync(tenantId, executionId, cancellationToken)) is { } place
            ? FlowPartition.Of(place, journal.Partitions)
            : null;
    }
}
