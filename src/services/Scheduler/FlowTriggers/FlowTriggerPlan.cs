using Kestra.Storage.Triggers;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>What follows from one change of an execution. Nothing has been done yet.</summary>
/// <param name="Starts">Executions to create.</param>
/// <param name="Windows">Windows as they are from then on.</param>
internal sealed record FlowTriggerPlan(IReadOnlyList<FlowTriggerStart> Starts, IReadOnlyList<ConditionWindowChange> Windows);

/// <param name="Outputs">Of the executions that led to it.</param>
internal sealed record FlowTriggerStart(FlowTriggerEntry Entry, IReadOnlyDictionary<string, object?>? Outputs);
