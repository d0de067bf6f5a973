using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;

namespace Kestra.Engine.Deciding;

/// <content>Service level agreements: when they are looked at and what a violation does.</content>
internal sealed partial class Pass
{
    private const string AssertionQuestion = "sla";

    private void WatchDurations()
    {
        foreach (var sla in Program.Flow.Sla ?? [])
        {
            if (sla is { Type: SlaType.MAX_DURATION, Duration: { } limit })
            {
                Do(new Effect.SetTimer(Key("sla", sla.Id), state.State.StartDate + limit, default));
            }
        }
    }

    private void DurationExceeded(string id)
    {
        var sla = Program.Flow.Sla?.FirstOrDefault(other => other.Id == id);
        if (sla?.Duration is { } limit)
        {
            var ran = Model.Durations.IsoDuration.Format(now - state.State.StartDate);
            Violated(sla, $"execution duration of {ran} exceed the maximum duration of {Model.Durations.IsoDuration.Format(limit)}.");
        }
    }

    /// <summary>Looks at every assertion while the execution is admitted and not terminated.</summary>
    private void CheckAssertions()
    {
        foreach (var (sla, assertion) in Program.Assertions)
        {
            if (state.Scope is null || state.Current.IsTerminated || state.Current is StateType.QUEUED or StateType.KILLING || state.Violated.Contains(sla.Id))
            {
                continue;
            }

            if (assertion.IsPure)
            {
                JudgeAssertion(sla, () => assertion.Render(ContextOf(null)));
            }
            else if (!state.AskedAssertions.TryAdd(sla.Id, false))
            {
                // The answer that is on its way may be old when it comes.
                state.AskedAssertions[sla.Id] = true;
            }
            else
            {
                var variables = Variables.VariableTree.Of(state, null);
                Do(new Effect.Evaluate($"{AssertionQuestion}:{sla.Id}", null, cancellation => assertion.Render(Scope(variables, cancellation))));
            }
        }
    }

    private void AssertionEvaluated(string id, Command.Evaluated answer)
    {
        state.AskedAssertions.Remove(id, out var isOld);
        assertionsDue |= isOld;
        if (Program.Flow.Sla?.FirstOrDefault(other => other.Id == id) is { } sla && !state.Current.IsTerminated)
        {
            JudgeAssertion(sla, () => answer.Error is { } error ? throw new ExpressionException(error) : answer.Value);
        }
    }

    private void JudgeAssertion(SlaDefinition sla, Func<object?> evaluate)
    {
        try
        {
            if (ValueConversion.IsTruthy(evaluate()))
            {
                return;
            }
        }
        catch (ExpressionException error)
        {
            Log(null, LogLevel.ERROR, $"Ignoring SLA '{sla.Id}' because of the error: {error.Message}");
            return;
        }

        Violated(sla, $"assertion is false: {sla.Assert}.");
    }

    private void Violated(SlaDefinition sla, string reason)
    {
        if (state.Current.IsTerminated || state.Current == StateType.KILLING || !state.Violated.Add(sla.Id))
        {
            return;
        }

        Log(null, LogLevel.WARN, $"SLA '{sla.Id}' violated: {reason}");
        if (sla.Labels is { Count: > 0 } labels)
        {
            Fact(new ExecutionEvent.LabelsSet(MergeLabels(state.Header.Labels ?? [], labels)));
        }

        if (sla.Behavior == SlaBehavior.NONE)
        {
            return;
        }

        if (sla.Behavior == SlaBehavior.FAIL)
        {
            Log(null, LogLevel.ERROR, $"Execution failed due to SLA '{sla.Id}' violated: {reason}");
        }

        ClosePause(sla.Behavior == SlaBehavior.CANCEL ? StateType.CANCELLED : StateType.FAILED);
        EndByDecree(sla.Behavior == SlaBehavior.CANCEL ? StateType.CANCELLED : StateType.FAILED, Unfinished.Killed);
    }

    // What holds the execution is ended with it; what runs is killed.
    private void ClosePause(StateType to)
    {
        if (state.CountOf(StateType.PAUSED) > 0 && state.Runs.Last(static run => !run.IsTerminated) is { State: StateType.PAUSED } pause)
        {
            CancelTimers([pause]);
            CloseRun(pause, to);
        }
    }
}
