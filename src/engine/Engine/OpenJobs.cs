using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model.Executions;

namespace Kestra.Engine;

/// <summary>
/// The jobs of an execution for workers. A decision and whoever reads the execution elsewhere build them here, so that both
/// give a worker the same.
/// </summary>
public static class OpenJobs
{
    /// <summary>The job of an attempt that was sent and is not answered.</summary>
    /// <param name="state">With all facts up to the decision that sent the job, or later ones.</param>
    /// <param name="attempt">0-based.</param>
    /// <remarks>It names no worker group: whoever asks here has been found by it already.</remarks>
    /// <returns>Null when the attempt is over, so that nobody waits for an answer.</returns>
    public static OpenJob? Find(ExecutionState state, string taskRunId, int attempt)
    {
        if (state.Find(taskRunId) is not { } node || node.CurrentAttempt != attempt || node.Task is not { Route: TaskRoute.Worker } task)
        {
            return null;
        }

        var isWanted = !node.IsTerminated && (!state.Current.IsTerminated || node.Run.ForceExecution == true);
        return new OpenJob(Of(state, node, task, null), isWanted);
    }

    internal static Effect.DispatchJob Of(ExecutionState state, RunNode node, TaskNode task, string? group) =>
        new(node.Run, node.CurrentAttempt, task.Definition, task.Plugin, VariableTree.Of(state, node), group);
}

/// <param name="IsWanted">False when it was decided otherwise in the meantime: it is not to be run, but its answer is still waited for.</param>
public sealed record OpenJob(Effect.DispatchJob Job, bool IsWanted);
