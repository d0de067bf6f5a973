using System.Collections.Immutable;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Storage.Flows;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>
/// Creates executions when executions of other flows reach states. Changes are taken one after the other, so that the parts of a
/// multiple condition come together in order.
/// </summary>
internal sealed partial class FlowTriggerService(
    IFlowRepository flows,
    Func<StoredFlow, Flow> read,
    IPluginCatalog catalog,
    IExecutionChanges changes,
    FlowTriggerFiring firing,
    ILogger<FlowTriggerService> logger) : BackgroundService, IExecutionChangeHandler
{
    // What does not fit is handed out again by the executor.
    private readonly Channel<ExecutionChange> waiting = Channel.CreateBounded<ExecutionChange>(10_000);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableDictionary<(string Tenant, string Namespace, string Flow), ImmutableArray<FlowTriggerEntry>> entries = ImmutableDictionary<(string, string, string), ImmutableArray<FlowTriggerEntry>>.Empty;

    public bool Wants(string tenantId, string @namespace, string flowId, StateType state) =>
        entries.Values.Any(triggers => triggers.Any(trigger => trigger.LooksAt(tenantId, @namespace, flowId, state)));

    public void Take(ExecutionChange change) => waiting.Writer.TryWrite(change);

    /// <summary>Completes when every flow has been read.</summary>
    public Task Ready => ready.Task;

    /// <summary>A flow was saved or deleted: its triggers are those of its newest revision from now on.</summary>
    public async Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        var stored = await flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken);
        var triggers = stored is null ? [] : Read(stored);
        ImmutableInterlocked.Update(ref entries, known => triggers.IsEmpty ? known.Remove((tenantId, @namespace, flowId)) : known.SetItem((tenantId, @namespace, flowId), triggers));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var stored in await flows.FindAllAsync(tenantId: null, stoppingToken))
        {
            if (Read(stored) is { IsEmpty: false } triggers)
            {
                ImmutableInterlocked.TryAdd(ref entries, (stored.TenantId, stored.Namespace, stored.Id), triggers);
            }
        }

        using var subscription = changes.Subscribe(this);
        ready.TrySetResult();
        await foreach (var change in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            await ActAsync(change, stoppingToken);
        }
    }

    private async Task ActAsync(ExecutionChange change, CancellationToken stopping)
    {
        var execution = change.Execution;
        try
        {
            foreach (var trigger in entries.Values.SelectMany(static triggers => triggers).Where(trigger => trigger.LooksAt(execution.TenantId, execution.Namespace, execution.FlowId, execution.State.Current)))
            {
                await firing.FireAsync(trigger, change, stopping);
            }

            await changes.DoneAsync(change, stopping);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It was not done, so it comes again.
            LogFailed(failure, execution.Id, execution.State.Current);
        }
    }

    // Only a source that names the type can have such a trigger; the others need not be parsed.
    private ImmutableArray<FlowTriggerEntry> Read(StoredFlow stored)
    {
        if (!stored.Source.Contains("trigger.Flow", StringComparison.Ordinal) && !stored.Source.Contains("types.Flow", StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            return [.. FlowTriggerEntry.Of(read(stored), catalog)];
        }
        catch (PluginBindingException error)
        {
            LogUnbound(error, stored.Namespace, stored.Id);
            return [];
        }
    }

    [LoggerMessage(LogLevel.Error, "The flow triggers of execution {ExecutionId} in state {State} are tried again")]
    private partial void LogFailed(Exception failure, string executionId, StateType state);

    [LoggerMessage(LogLevel.Warning, "The flow triggers of {Namespace}.{FlowId} can't be read and never fire")]
    private partial void LogUnbound(Exception error, string @namespace, string flowId);
}
