using System.Text;
using Kestra.Model.Executions;
using Kestra.Model.Json;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>Compares executions as documents.</summary>
internal static class Documents
{
    public static string Text(Execution execution) => Encoding.UTF8.GetString(ModelJson.Serialize(execution, JsonProfile.Database));

    /// <summary>Values of the loops around a run, outermost first, and its own.</summary>
    public static string ValuesOf(TaskRun run, Execution execution)
    {
        var values = new List<string>();
        for (var at = run; at is not null; at = at.ParentTaskRunId is { } parent ? execution.TaskRunList!.First(other => other.Id == parent) : null)
        {
            if (at.Value is { } value)
            {
                values.Insert(0, value);
            }
        }

        return string.Join('/', values);
    }

    /// <summary>Only what the facts are about.</summary>
    public static void ShouldBeSame(ExecutionState one, ExecutionState other, IReadOnlyList<ExecutionEvent> facts)
    {
        one.Current.ShouldBe(other.Current);
        one.RunCount.ShouldBe(other.RunCount);
        foreach (var id in facts.OfType<ExecutionEvent.RunSet>().Select(set => set.Run.Id).Distinct(StringComparer.Ordinal))
        {
            var (run, same) = (one.Find(id)?.Run, other.Find(id)?.Run);
            if (run is null != same is null || (run is not null && !IsSame(run, same!)))
            {
                throw new InvalidOperationException($"The journal says {(run is null ? "nothing" : Shown(run))}, memory {(same is null ? "nothing" : Shown(same))}.");
            }
        }
    }

    /// <summary>Cheaper than the texts: everything that decides about what happens next.</summary>
    public static void ShouldBeSame(Execution one, Execution other)
    {
        one.State.ShouldBe(other.State);
        one.FlowRevision.ShouldBe(other.FlowRevision);
        one.Metadata.ShouldBe(other.Metadata);
        (one.Labels?.Count).ShouldBe(other.Labels?.Count);
        var (runs, others) = (one.TaskRunList ?? [], other.TaskRunList ?? []);
        runs.Count.ShouldBe(others.Count);
        for (var index = 0; index < runs.Count; index++)
        {
            if (!IsSame(runs[index], others[index]))
            {
                throw new InvalidOperationException($"The journal says {Shown(runs[index])}, memory {Shown(others[index])}.");
            }
        }
    }

    private static string Shown(TaskRun run) =>
        $"{run.TaskId}[{run.Value}] {string.Join(", ", run.State.Histories)} / {string.Join("; ", (run.Attempts ?? []).Select(attempt => string.Join(", ", attempt.State.Histories)))} / {run.Outputs?.Count}";

    private static bool IsSame(TaskRun one, TaskRun other) =>
        one.Id == other.Id && one.TaskId == other.TaskId && one.ParentTaskRunId == other.ParentTaskRunId && one.Value == other.Value && one.Iteration == other.Iteration
        && one.State.Equals(other.State) && (one.Attempts?.Count ?? 0) == (other.Attempts?.Count ?? 0) && (one.Outputs?.Count ?? 0) == (other.Outputs?.Count ?? 0)
        && (one.Attempts ?? []).Zip(other.Attempts ?? []).All(pair => pair.First.State.Equals(pair.Second.State));
}
