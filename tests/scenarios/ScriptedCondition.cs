using System.Text.Json;
using Kestra.Model.Executions;

namespace Kestra.Scenarios;

/// <summary>What has to hold of an execution before the next action is done.</summary>
internal sealed record ScriptedCondition(StateType? State, string? Task, string? Value, StateType TaskState, bool Ended, int HistoryCount)
{
    public static ScriptedCondition Read(JsonElement element) => new(
        RunScript.Text(element, "state") is { } state ? Enum.Parse<StateType>(state) : null,
        RunScript.Text(element, "task"),
        RunScript.Text(element, "value"),
        Enum.Parse<StateType>(RunScript.Text(element, "taskState") ?? nameof(StateType.RUNNING)),
        element.TryGetProperty("ended", out var ended) && ended.GetBoolean(),
        RunScript.Number(element, "historyCount") ?? 0);

    public bool Holds(Execution execution) =>
        (State is null || execution.State.Current == State)
        && (Task is null || (execution.TaskRunList ?? []).Any(run => run.TaskId == Task && (Value is null || run.Value == Value) && run.State.Current == TaskState))
        && (!Ended || HasEnded(execution))
        && execution.State.Histories.Count >= HistoryCount;

    public static bool HasEnded(Execution execution) =>
        execution.State.Current.IsTerminated && (execution.TaskRunList ?? []).All(run => run.State.Current.IsTerminated);
}
