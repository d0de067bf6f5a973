using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;

namespace Kestra.Worker.Claiming;

/// <summary>Builds the trigger job that a scheduler of another process has sent, from the flow as it was when the job was sent.</summary>
internal sealed class TriggerFromStore(IFlowRepository flows, Func<StoredFlow, Flow> read, EngineEnvironment environment)
{
    private static readonly OrderedDictionary<string, object?> NoVariables = new(StringComparer.Ordinal);

    /// <exception cref="TriggerUnfitException">It can't be run here; trying again would not help.</exception>
    /// <exception cref="StoreUnavailableException">Nothing is known about it; it may be tried again.</exception>
    public async Task<TriggerJob> BuildAsync(WorkerJobRow row, CancellationToken cancellationToken)
    {
        var watch = row.Watch!;
        var stored = await flows.FindAsync(row.TenantId, row.Namespace, row.FlowId, row.FlowRevision, allowDeleted: true, cancellationToken)
            ?? throw new TriggerUnfitException($"Unable to find revision {row.FlowRevision} of the flow {row.TenantId}/{row.Namespace}/{row.FlowId}");
        try
        {
            return Build(row, watch, read(stored), cancellationToken);
        }
        catch (Exception error) when (error is not (TriggerUnfitException or StoreUnavailableException or OperationCanceledException or OutOfMemoryException))
        {
            throw new TriggerUnfitException($"The worker can't read the trigger: {error.Message}");
        }
    }

    private TriggerJob Build(WorkerJobRow row, TriggerWatch watch, Flow flow, CancellationToken cancellationToken)
    {
        var definition = (flow.Triggers ?? []).FirstOrDefault(one => one.Id == watch.TriggerId)
            ?? throw new TriggerUnfitException(flow.Exception ?? $"Revision {row.FlowRevision} of the flow has no trigger '{watch.TriggerId}'");
        if (environment.Catalog.Find(definition.Type) is not { Kind: PluginKind.Trigger })
        {
            throw new TriggerUnfitException($"This worker has no plugin for triggers of type '{definition.Type}'");
        }

        return new TriggerJob
        {
            Key = new TriggerKey(row.TenantId, row.Namespace, row.FlowId, watch.TriggerId),
            ExecutionId = row.ExecutionId,
            Flow = flow,
            Definition = definition,
            Plugin = (ITrigger)environment.Catalog.Create(definition.Type, definition.Properties),
            Date = watch.Due.InFixedZone(),
            WorkerGroup = row.WorkerGroup,
            Variables = new TriggerScope(environment, flow, row.ExecutionId, NoVariables, null, cancellationToken).Variables,
        };
    }
}

/// <summary>A trigger can't be run by this worker; the message is for the user.</summary>
internal sealed class TriggerUnfitException(string message) : Exception(message);
