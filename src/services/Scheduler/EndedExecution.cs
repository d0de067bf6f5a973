using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Scheduler;

/// <summary>An execution of a trigger that has ended.</summary>
internal readonly record struct EndedExecution(TriggerKey Trigger, string ExecutionId, StateType State);
