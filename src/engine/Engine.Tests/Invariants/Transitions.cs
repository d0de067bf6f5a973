using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Invariants;

/// <summary>Which state may follow which (invariants 1 to 3).</summary>
internal static class Transitions
{
    private static readonly StateType[] Ends = [StateType.SUCCESS, StateType.WARNING, StateType.FAILED, StateType.KILLED, StateType.CANCELLED];

    private static readonly Dictionary<StateType, StateType[]> OfExecutions = new()
    {
        [StateType.CREATED] = [StateType.RUNNING, StateType.QUEUED, StateType.CANCELLED, StateType.FAILED, StateType.KILLING, StateType.SUCCESS, StateType.WARNING],
        [StateType.QUEUED] = [StateType.RUNNING, StateType.CANCELLED, StateType.FAILED, StateType.KILLING],
        [StateType.RUNNING] = [StateType.PAUSED, StateType.KILLING, StateType.RETRYING, StateType.RETRIED, StateType.BREAKPOINT, .. Ends],
        [StateType.PAUSED] = [StateType.RUNNING, StateType.RESTARTED, StateType.CANCELLED, StateType.KILLING],
        [StateType.RETRYING] = [StateType.RUNNING, StateType.KILLING],
        [StateType.BREAKPOINT] = [StateType.RUNNING, StateType.KILLING],
        [StateType.KILLING] = [StateType.KILLED],
        [StateType.RESTARTED] = [StateType.RUNNING, StateType.KILLING, StateType.QUEUED, StateType.CANCELLED, StateType.FAILED],
        [StateType.SUCCESS] = [StateType.RESTARTED, StateType.FAILED, StateType.CANCELLED],
        [StateType.WARNING] = [StateType.RESTARTED, StateType.FAILED, StateType.CANCELLED],
        [StateType.FAILED] = [StateType.RESTARTED, StateType.RETRYING, StateType.RETRIED, StateType.CANCELLED],
        [StateType.CANCELLED] = [StateType.RESTARTED],
        [StateType.RETRIED] = [StateType.RESTARTED, StateType.CANCELLED],
        [StateType.KILLED] = [],
    };

    private static readonly Dictionary<StateType, StateType[]> OfReplays = new(OfExecutions) { [StateType.KILLED] = [StateType.RESTARTED] };

    // A run that has ended changes by a retry, a restart or a change of its state only; what a subflow comes to is shown before
    // what the task makes of it.
    private static readonly Dictionary<StateType, StateType[]> OfRuns = new()
    {
        [StateType.CREATED] = [StateType.RUNNING, StateType.SKIPPED, StateType.BREAKPOINT, .. Ends],
        [StateType.RESTARTED] = [StateType.RUNNING, StateType.SKIPPED, .. Ends],
        [StateType.BREAKPOINT] = [StateType.CREATED, StateType.KILLED],
        [StateType.RUNNING] = [StateType.PAUSED, StateType.RETRIED, .. Ends],
        [StateType.PAUSED] = [StateType.RUNNING, StateType.RESTARTED, StateType.RETRIED, .. Ends],
        [StateType.RETRYING] = [StateType.CREATED, StateType.KILLED],
        [StateType.FAILED] = [StateType.RETRYING, StateType.RETRIED, StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.SUCCESS] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.WARNING] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.SKIPPED] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.KILLED] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.CANCELLED] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
        [StateType.RETRIED] = [StateType.RESTARTED, StateType.RUNNING, .. Ends],
    };

    // A replay begins with the history of its source, which may have been killed.
    public static void CheckExecution(Execution execution) => Check(2, execution.State, execution.ParentId is null ? OfExecutions : OfReplays, $"execution {execution.Id}");

    public static void CheckRun(TaskRun run) => Check(3, run.State, OfRuns, $"task run {run.TaskId}[{run.Value}]");

    private static void Check(int number, State state, Dictionary<StateType, StateType[]> allowed, string what)
    {
        var histories = state.Histories;
        histories.Count.ShouldBeGreaterThan(0);
        for (var index = 1; index < histories.Count; index++)
        {
            var (from, to) = (histories[index - 1], histories[index]);
            if (from.Date > to.Date)
            {
                throw new InvariantException(1, $"{what}: the dates of {Names(state)} go back");
            }

            if (!allowed.GetValueOrDefault(from.State, []).Contains(to.State))
            {
                throw new InvariantException(number, $"{what}: {from.State} to {to.State} in {Names(state)}");
            }
        }
    }

    private static string Names(State state) => string.Join(", ", state.Histories.Select(entry => entry.State));
}

/// <summary>An invariant of the specification does not hold.</summary>
internal sealed class InvariantException(int number, string message) : Exception($"Invariant {number}: {message}");
