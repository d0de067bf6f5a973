namespace Kestra.Engine.Tests.Simulation;

/// <summary>Commands and facts in words, for the story of a seed that fails.</summary>
internal static class Story
{
    public static string Of(Command command) => command switch
    {
        Command.Create create => $"Create {create.Execution.FlowId} {create.Execution.State.Current}",
        Command.TaskResult result => $"TaskResult {result.TaskRunId}#{result.Attempt} {result.State}",
        Command.ChildReported child => $"ChildReported {child.TaskRun.Id} {child.TaskRun.TaskId} {child.TaskRun.State.Current}",
        _ => command.ToString(),
    };

    public static string Of(ExecutionEvent fact) => fact switch
    {
        ExecutionEvent.RunSet set => $"{set.Run.Id} {set.Run.TaskId}[{set.Run.Value}] below {set.Run.ParentTaskRunId}: {set.Run.State.Current}, attempts {string.Join(", ", (set.Run.Attempts ?? []).Select(attempt => attempt.State.Current))}",
        ExecutionEvent.StateChanged changed => changed.State.ToString(),
        ExecutionEvent.RunsRemoved removed => $"without {string.Join(", ", removed.Ids)}",
        ExecutionEvent.Created created => $"{created.Execution.FlowId} with {string.Join(", ", (created.Execution.TaskRunList ?? []).Select(run => $"{run.Id} {run.TaskId}[{run.Value}] {run.State.Current}"))}",
        _ => fact.GetType().Name,
    };
}
