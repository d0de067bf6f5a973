using Kestra.Engine.Variables;
using Kestra.Model.Executions;

namespace Kestra.Engine;

/// <summary>What expressions see of an execution, for those who look at it from outside.</summary>
public static class ExecutionVariables
{
    /// <param name="taskRunId">Null shows what the flow's own expressions see.</param>
    /// <exception cref="KeyNotFoundException">The execution has no such task run.</exception>
    public static IReadOnlyDictionary<string, object?> Of(Execution execution, FlowProgram program, string? taskRunId)
    {
        var state = ExecutionState.Restore(execution, [], program);
        return taskRunId is null
            ? VariableTree.Of(state, null)
            : VariableTree.Of(state, state.Find(taskRunId) ?? throw new KeyNotFoundException($"Task run '{taskRunId}' does not exist in execution '{execution.Id}'"));
    }
}
