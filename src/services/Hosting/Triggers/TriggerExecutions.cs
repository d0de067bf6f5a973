using Kestra.Engine;
using Kestra.Hosting.Inputs;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using NodaTime;

namespace Kestra.Hosting.Triggers;

/// <summary>Builds the executions that triggers create.</summary>
public sealed class TriggerExecutions(EngineEnvironment environment, IFlowInputs inputs)
{
    public EngineEnvironment Environment => environment;

    /// <summary>
    /// The command that creates the execution. Inputs or labels that can't be rendered, and inputs that do not fit the flow,
    /// give an execution that is FAILED from the start, so that the event leaves a trace.
    /// </summary>
    public async Task<Command.Create> BuildAsync(TriggerEvent happening, Instant now, CancellationToken cancellationToken)
    {
        var (flow, definition) = (happening.Flow, happening.Definition);
        var trigger = new ExecutionTrigger(definition.Id, definition.Type, happening.Variables);
        if (happening.Failure is { } known)
        {
            return new Command.Create(Build(happening, null, [], trigger, now)) { Failure = known };
        }

        var scope = new TriggerScope(environment, flow, happening.ExecutionId, happening.Variables, null, cancellationToken);
        IReadOnlyList<Label> labels = [];
        try
        {
            labels = [.. scope.RenderLabels((definition.Labels ?? []).Concat(happening.Labels ?? []))];
            var given = new OrderedDictionary<string, object?>(scope.RenderMap(happening.Inputs ?? new OrderedDictionary<string, object?>()), StringComparer.Ordinal);
            foreach (var (name, value) in happening.FixedInputs ?? new OrderedDictionary<string, object?>())
            {
                given[name] = value;
            }

            var resolved = await inputs.ResolveAsync(flow, happening.ExecutionId, given, cancellationToken);

            // A trigger has nobody to tell that it was blocked but its execution.
            var verdict = FlowChecks.Judge(environment, flow, happening.ExecutionId, resolved, cancellationToken);
            return new Command.Create(Build(happening, resolved, labels, trigger, now)) { Failure = verdict.Failure };
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return new Command.Create(Build(happening, null, labels, trigger, now)) { Failure = failure.Message };
        }
    }

    private static Execution Build(TriggerEvent happening, IReadOnlyDictionary<string, object?>? resolved, IReadOnlyList<Label> labels, ExecutionTrigger trigger, Instant now) =>
        NewExecution.Build(happening.Flow, happening.ExecutionId, resolved, labels, trigger, happening.ScheduleDate, kind: null, now);
}

/// <summary>Something that a trigger was waiting for.</summary>
public sealed record TriggerEvent(Flow Flow, TriggerDefinition Definition, string ExecutionId, IReadOnlyDictionary<string, object?> Variables)
{
    /// <summary>Inputs as the trigger declares them; texts are rendered.</summary>
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    /// <summary>Inputs that overlay them as they are.</summary>
    public IReadOnlyDictionary<string, object?>? FixedInputs { get; init; }

    /// <summary>Labels beside those of the flow and of the trigger.</summary>
    public IReadOnlyList<Label>? Labels { get; init; }

    /// <summary>The date that the execution was asked for; null is none.</summary>
    public Instant? ScheduleDate { get; init; }

    /// <summary>Why the execution can't run, when that is known already.</summary>
    public string? Failure { get; init; }
}
