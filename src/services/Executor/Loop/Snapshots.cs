using Kestra.Model.Executions;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Loop;

/// <summary>The row of an execution from its document.</summary>
internal static class Snapshots
{
    public static ExecutionSnapshot Of(Execution execution, ReadOnlyMemory<byte> document, long position, bool ended)
    {
        var state = execution.State;
        return new ExecutionSnapshot
        {
            TenantId = execution.TenantId,
            Id = execution.Id,
            Namespace = execution.Namespace,
            FlowId = execution.FlowId,
            FlowRevision = execution.FlowRevision,
            State = state.Current,
            StartDate = state.StartDate,
            EndDate = state.EndDate,
            Duration = state.EndDate is { } end ? end - state.StartDate : null,
            Labels = execution.Labels ?? [],
            Kind = execution.Kind,
            ParentId = execution.ParentId,
            OriginalId = execution.OriginalId,
            TriggerId = execution.Trigger?.Id,
            TriggerExecutionId = execution.Trigger?.Variables?.GetValueOrDefault("executionId") as string,
            Position = position,
            Ended = ended,
            Document = document,
        };
    }
}
