using Kestra.Engine.Variables;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using NodaTime;

namespace Kestra.Engine;

/// <summary>Builds the document of an execution that shall begin.</summary>
public static class NewExecution
{
    /// <param name="inputs">Resolved against the flow's definitions.</param>
    /// <param name="labels">Beside those of the flow, which they overwrite; a missing correlation id becomes the execution's own id.</param>
    /// <param name="scheduleDate">Null is at once.</param>
    public static Execution Build(Flow flow, string id, IReadOnlyDictionary<string, object?>? inputs, IReadOnlyList<Label>? labels, ExecutionTrigger? trigger, Instant? scheduleDate, ExecutionKind? kind, Instant now)
    {
        var merged = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in (flow.Labels ?? []).Concat(labels ?? []))
        {
            merged[label.Key] = label.Value;
        }

        merged.TryAdd(Label.CorrelationId, id);
        return new Execution
        {
            TenantId = flow.TenantId,
            Id = id,
            Namespace = flow.Namespace,
            FlowId = flow.Id,
            FlowRevision = flow.Revision,
            Inputs = StoredValues.Of(inputs),
            Labels = [.. merged.Select(pair => new Label(pair.Key, pair.Value))],
            Variables = flow.Variables,
            State = State.Created(now),
            OriginalId = id,
            Trigger = trigger,
            Metadata = new ExecutionMetadata(1, now),
            ScheduleDate = scheduleDate,
            Kind = kind,
        };
    }
}
