using Kestra.Engine.Tests.Simulation;
using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Invariants;

/// <summary>Invariant 18: a job sees the outputs of everything that has ended before it, each under the values of its own branch and nowhere else.</summary>
internal static class VisibleOutputs
{
    /// <summary>What simulated tasks give, with their own id.</summary>
    public const string Name = "of";

    public static void Check(Execution execution, Effect.DispatchJob job)
    {
        var outputs = job.Variables.GetValueOrDefault("outputs") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var run in (execution.TaskRunList ?? []).Where(static run => run.Outputs?.ContainsKey(Name) == true))
        {
            string[] values = [.. Documents.ValuesOf(run, execution).Split('/', StringSplitOptions.RemoveEmptyEntries)];
            object? at = outputs.GetValueOrDefault(run.TaskId);
            foreach (var value in values)
            {
                if (at is IReadOnlyDictionary<string, object?> branch && branch.ContainsKey(Name))
                {
                    throw new InvariantException(18, $"the outputs of {run.TaskId}[{string.Join('/', values)}] are seen outside of their branch by {job.TaskRun.TaskId}");
                }

                at = (at as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault(value);
            }

            if ((at as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault(Name) as string != run.TaskId)
            {
                throw new InvariantException(18, $"{job.TaskRun.TaskId} does not see the outputs of {run.TaskId}[{string.Join('/', values)}]");
            }
        }
    }
}
