using Kestra.Hosting.Lanes;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>What follows from one change of an execution. Nothing has been done yet.</summary>
/// <param name="Starts">Executions to create at once, because no window has a say in them.</param>
/// <param name="Outcome">What is stored before anything follows from it.</param>
internal sealed record FlowTriggerPlan(IReadOnlyList<FlowTriggerStart> Starts, ChangeOutcome Outcome);

/// <param name="Outputs">Of the executions that led to it.</param>
internal sealed record FlowTriggerStart(FlowTriggerEntry Entry, IReadOnlyDictionary<string, object?>? Outputs);
