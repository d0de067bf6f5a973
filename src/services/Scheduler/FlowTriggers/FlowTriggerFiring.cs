using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>Creates executions. Doing it again finds those that were created.</summary>
internal sealed class FlowTriggerFiring(TriggerExecutions executions, IExecutionCommands commands, TriggerLog log, TimeProvider time)
{
    public Task FireAsync(IEnumerable<FlowTriggerStart> starts, ExecutionChange change, CancellationToken cancellationToken) =>
        Task.WhenAll(starts.Select(start => CreateAsync(start, change, cancellationToken)));

    private async Task CreateAsync(FlowTriggerStart start, ExecutionChange change, CancellationToken cancellationToken)
    {
        var (flow, definition, upstream) = (start.Entry.Flow, start.Entry.Definition, change.Execution);
        var id = DerivedId.Of($"{change.Origin}/{flow.TenantId}/{flow.Namespace}/{flow.Id}/{definition.Id}");
        var happening = new TriggerEvent(flow, definition, id, UpstreamScopes.VariablesOf(upstream, start.Outputs)) { Inputs = start.Entry.Trigger.Inputs };
        var create = await executions.BuildAsync(happening, Instant.FromDateTimeOffset(time.GetUtcNow()), cancellationToken);
        var correlation = (upstream.Labels ?? []).FirstOrDefault(static label => label.Key == Label.CorrelationId) is { Key: not null } label ? label.Value : upstream.Id;
        var labels = (create.Execution.Labels ?? []).Select(own => own.Key == Label.CorrelationId ? new Label(own.Key, correlation) : own).ToList();
        var request = new ExecutionRequest(flow.TenantId, id, create with { Execution = create.Execution with { Labels = labels } }) { MayExist = true };
        var outcome = await commands.SubmitAsync(request, cancellationToken);
        while (outcome is CommandOutcome.Overloaded overloaded)
        {
            await Task.Delay(overloaded.RetryAfter, time, cancellationToken);
            outcome = await commands.SubmitAsync(request, cancellationToken);
        }

        if (outcome is CommandOutcome.Refused { Refusal: { Code: not RefusalCode.AlreadyExists } refusal })
        {
            log.Write(flow, definition, LogLevel.WARN, $"No execution could be created after execution '{upstream.Id}': {refusal.Message}");
        }
    }
}
