using Kestra.Engine;
using Kestra.Engine.Variables;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>Tests one change against one trigger and creates the execution. Doing it again finds the execution that was created.</summary>
internal sealed class FlowTriggerFiring(TriggerExecutions executions, IExecutionCommands commands, ConditionWindows windows, TriggerLog log, TimeProvider time)
{
    public async Task FireAsync(FlowTriggerEntry entry, ExecutionChange change, CancellationToken cancellationToken)
    {
        try
        {
            if (!Holds(entry, change.Execution, cancellationToken))
            {
                return;
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.Write(entry.Flow, entry.Definition, LogLevel.WARN, $"Unable to evaluate the conditions of the trigger '{entry.Definition.Id}': {error.Message}");
            return;
        }

        if (entry.Windows.Count == 0)
        {
            await CreateAsync(entry, change.Execution, change.Key, change.Execution.Outputs, cancellationToken);
        }

        foreach (var condition in entry.Windows)
        {
            await MeetAsync(entry, condition, change, cancellationToken);
        }
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private bool Holds(FlowTriggerEntry entry, Execution upstream, CancellationToken cancellationToken)
    {
        var scope = ScopeOf(entry, upstream, cancellationToken);
        return entry.Conditions.All(condition => condition.Holds(scope));
    }

    private TriggerScope ScopeOf(FlowTriggerEntry entry, Execution upstream, CancellationToken cancellationToken) =>
        new(executions.Environment, entry.Flow, upstream.Id, VariablesOf(upstream, upstream.Outputs), upstream, cancellationToken);

    private async Task MeetAsync(FlowTriggerEntry entry, IMultipleCondition condition, ExecutionChange change, CancellationToken cancellationToken)
    {
        if (await windows.FindAsync(entry, condition, Now, cancellationToken) is not { } window)
        {
            return;
        }

        var scope = ScopeOf(entry, change.Execution, cancellationToken);
        var met = condition.Parts.Where(part => Holds(entry, part.Value, scope)).Select(part => part.Key).ToList();
        if (met.Count == 0)
        {
            return;
        }

        var outputs = new OrderedDictionary<string, object?>(window.Outputs, StringComparer.Ordinal);
        foreach (var (name, value) in change.Execution.Outputs ?? new OrderedDictionary<string, object?>())
        {
            outputs[name] = value;
        }

        window = window with { Results = window.Results.Concat(met).ToHashSet(StringComparer.Ordinal), Outputs = outputs };
        await windows.SaveAsync(entry, condition, window, cancellationToken);
        if (condition.Parts.Keys.All(window.Results.Contains))
        {
            await CreateAsync(entry, change.Execution, $"{change.Key}/{condition.Id}", window.Outputs, cancellationToken);
            if (condition.ResetOnSuccess)
            {
                await windows.ForgetAsync(entry, condition, cancellationToken);
            }
        }
    }

    private bool Holds(FlowTriggerEntry entry, ICondition part, TriggerScope scope)
    {
        try
        {
            return part.Holds(scope);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.Write(entry.Flow, entry.Definition, LogLevel.WARN, $"Unable to evaluate a condition of the trigger '{entry.Definition.Id}': {error.Message}");
            return false;
        }
    }

    private async Task CreateAsync(FlowTriggerEntry entry, Execution upstream, string cause, IReadOnlyDictionary<string, object?>? outputs, CancellationToken cancellationToken)
    {
        var flow = entry.Flow;
        var id = DerivedId.Of($"{cause}/{flow.TenantId}/{flow.Namespace}/{flow.Id}/{entry.Definition.Id}");
        var happening = new TriggerEvent(flow, entry.Definition, id, VariablesOf(upstream, outputs)) { Inputs = entry.Trigger.Inputs };
        var create = await executions.BuildAsync(happening, Now, cancellationToken);
        var correlation = (upstream.Labels ?? []).FirstOrDefault(static label => label.Key == Label.CorrelationId) is { Key: not null } label ? label.Value : upstream.Id;
        var labels = (create.Execution.Labels ?? []).Select(own => own.Key == Label.CorrelationId ? new Label(own.Key, correlation) : own).ToList();
        var request = new ExecutionRequest(flow.TenantId, id, create with { Execution = create.Execution with { Labels = labels } }) { MayExist = true };
        for (var outcome = await commands.SubmitAsync(request, cancellationToken); outcome is CommandOutcome.Overloaded overloaded; outcome = await commands.SubmitAsync(request, cancellationToken))
        {
            await Task.Delay(overloaded.RetryAfter, time, cancellationToken);
        }
    }

    private static OrderedDictionary<string, object?> VariablesOf(Execution upstream, IReadOnlyDictionary<string, object?>? outputs)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["executionId"] = upstream.Id,
            ["executionLabels"] = LabelTree.Nested([.. (upstream.Labels ?? []).Where(static label => !label.IsSystem)]),
            ["namespace"] = upstream.Namespace,
            ["flowId"] = upstream.FlowId,
            ["flowRevision"] = upstream.FlowRevision,
            ["state"] = upstream.State.Current.ToString(),
        };
        if (outputs is { Count: > 0 })
        {
            variables["outputs"] = outputs;
        }

        return variables;
    }
}
