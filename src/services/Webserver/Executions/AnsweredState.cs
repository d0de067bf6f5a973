using Kestra.Model.Executions;

namespace Kestra.Webserver.Executions;

/// <summary>
/// What the answer to a call shows. The engine goes on at once, so the document of a decision may be ahead of what was asked
/// for; clients expect the state that their call brought about.
/// </summary>
internal static class AnsweredState
{
    /// <summary>A restarted execution before anything of it runs again.</summary>
    public static Execution Restarted(Execution execution)
    {
        var histories = execution.State.Histories;
        var last = LastRestart(histories);
        if (last < 0)
        {
            return execution;
        }

        var at = histories[last].Date;
        return execution with
        {
            State = State.FromHistories([.. histories.Take(last + 1)]),
            Outputs = null,
            TaskRunList = execution.TaskRunList?.Where(run => run.State.StartDate < at).Select(run => run with
            {
                State = LastRestart(run.State.Histories) is var restart and >= 0 && run.State.Histories[restart].Date >= at ? State.FromHistories([.. run.State.Histories.Take(restart + 1)]) : run.State,
                Attempts = run.Attempts?.Where(attempt => attempt.State.StartDate < at).ToList(),
            }).ToList(),
        };
    }

    private static int LastRestart(IReadOnlyList<StateHistory> histories)
    {
        for (var index = histories.Count - 1; index >= 0; index--)
        {
            if (histories[index].State == StateType.RESTARTED)
            {
                return index;
            }
        }

        return -1;
    }
}
