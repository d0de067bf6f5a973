using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine.Deciding;

/// <content>How an execution ends.</content>
internal sealed partial class Pass
{
    private const string OutputsQuestion = "outputs";

    /// <summary>The tasks and what follows them are done.</summary>
    private void EndExecution(StateType result)
    {
        if (state.Current.IsTerminated)
        {
            return;
        }

        MoveTo(result);
        if (state.HasOpenRuns)
        {
            // Runs that nothing waits for: what a pause has started.
            StopRuns(Unfinished.Completed, cascade: false);
        }

        RenderOutputs();
    }

    private void RenderOutputs()
    {
        if (Program.Flow.Outputs is not { Count: > 0 } outputs || state.Current == StateType.KILLED)
        {
            BeginAfterExecution();
            return;
        }

        var variables = VariableTree.Of(state, null);
        if (FlowOutputs.ArePure(outputs, Environment.Expressions))
        {
            IReadOnlyDictionary<string, object?>? values = null;
            string? error = null;
            try
            {
                values = FlowOutputs.Render(outputs, Environment, Scope(variables, CancellationToken.None), message => Log(null, LogLevel.WARN, message));
            }
            catch (Exception fault)
            {
                error = fault.Message;
            }

            FinishOutputs(values, error);
            return;
        }

        state.AwaitsOutputs = true;
        Do(new Effect.Evaluate($"{OutputsQuestion}:{state.Id}", null, cancellation =>
            FlowOutputs.Render(outputs, Environment, Scope(variables, cancellation), static _ => { })));
    }

    private void TakeOutputs(IReadOnlyDictionary<string, object?>? values, string? error)
    {
        // A restart may have overtaken them.
        if (state.AwaitsOutputs)
        {
            state.AwaitsOutputs = false;
            FinishOutputs(values, error);
        }
    }

    private void FinishOutputs(IReadOnlyDictionary<string, object?>? values, string? error)
    {
        state.OutputsError = error;
        if (error is not null)
        {
            Log(null, LogLevel.ERROR, $"Failed to render output values: {error}");
            ChangeState(StateType.FAILED);
        }
        else if (values is { Count: > 0 })
        {
            Fact(new ExecutionEvent.OutputsSet(values));
        }

        BeginAfterExecution();
    }

    /// <summary>Ends the execution at once, whatever is running: only what stands after it may still start tasks.</summary>
    private void EndByDecree(StateType to, Unfinished unfinished = Unfinished.Completed)
    {
        if (!state.Current.IsTerminated)
        {
            MoveTo(to);
            StopRuns(unfinished, cascade: unfinished == Unfinished.Killed);
            BeginAfterExecution();
        }
        else if (state.Scope is not null)
        {
            // What follows the end has gone wrong; the end itself stands.
            StopRuns(unfinished, cascade: true, alsoAfter: true);
            state.Scope = null;
        }
    }

    private void BeginAfterExecution()
    {
        if (Program.AfterExecution.Count == 0 || state.Current == StateType.RETRIED)
        {
            state.Scope = null;
            return;
        }

        state.Scope = new Scope(null, null, [], 1) { Phase = ScopePhase.AfterExecution };
        Adopt(state.Scope);
        steps.Enqueue(new Step.Advance(state.Scope));
    }

    private void AnnounceEnd()
    {
        Do(new Effect.ReleaseSlot());
        foreach (var sla in Program.Flow.Sla ?? [])
        {
            Do(new Effect.CancelTimer(Key("sla", sla.Id)));
        }

        var trigger = state.Header.Trigger;
        if (trigger?.Variables is { } variables && variables.GetValueOrDefault("executionId") is string parent
            && variables.GetValueOrDefault("taskRunId") is string taskRun && Program.Environment.Catalog.Find(trigger.Type)?.Role == Plugins.Description.TaskRole.Executable)
        {
            NotifyParent(parent, taskRun);
        }
    }

    public void TellEnd(string parentExecutionId, string parentTaskRunId)
    {
        if (state.HasEnded)
        {
            NotifyParent(parentExecutionId, parentTaskRunId);
        }
    }

    private void NotifyParent(string executionId, string taskRunId)
    {
        var end = state.EndFor(taskRunId);
        Do(new Effect.NotifyParent(executionId, taskRunId, end.State, end.Outputs, end.Replacement) { DeclaresOutputs = end.DeclaresOutputs, OutputsError = end.OutputsError });
    }

    private void Exit(RunNode node, StateType to)
    {
        if (state.Current.IsTerminated)
        {
            // Behind the end there is nothing left to end.
            EndRun(node, StateType.SUCCESS);
            return;
        }

        CloseUpwards(node, to);
        EndByDecree(to, to == StateType.KILLED ? Unfinished.Stopped : Unfinished.Completed);
    }

    private void CloseUpwards(RunNode node, StateType to)
    {
        for (RunNode? run = node; run is not null; run = run.Parent)
        {
            CloseRun(run, to);
        }
    }

    /// <summary>Stops everything: what has not begun is killed here, what runs elsewhere is told to stop.</summary>
    public void Kill(bool cascade)
    {
        if (state.Current.IsTerminated || state.Current == StateType.KILLING)
        {
            return;
        }

        if (state.Current == StateType.PAUSED && FirstPause() is { } pause)
        {
            SetRun(pause.Run with { Outputs = ResumeOutputs(null, null, StateType.KILLING) });
            Fact(new ExecutionEvent.MetadataSet(NextAttempt()));
            ChangeState(StateType.RESTARTED);
        }

        ChangeState(StateType.KILLING);
        Do(new Effect.CancelTimer(Key("schedule", "start")));
        StopRuns(cascade ? Unfinished.Killed : Unfinished.Stopped, cascade);
        ChangeState(StateType.KILLED);
        BeginAfterExecution();
    }

    /// <summary>Ends every run that is in nobody's hands; those of workers and of subflows end when they are answered.</summary>
    private void StopRuns(Unfinished unfinished, bool cascade, bool alsoAfter = false)
    {
        state.Deferred.Clear();
        foreach (var node in state.Runs.Where(run => !run.IsTerminated && (alsoAfter || !IsAfterExecution(run))).ToList())
        {
            StopRun(node, unfinished, cascade);
        }

        state.StopsSubflows = unfinished == Unfinished.Killed;
        if (unfinished != Unfinished.Completed)
        {
            Do(new Effect.KillJobs(null));
        }
    }

    private void StopRun(RunNode node, Unfinished unfinished, bool cascade)
    {
        CancelTimers([node]);
        if (node.Task?.Plugin is IExecutableTask && node.Sent is not null)
        {
            if (unfinished != Unfinished.Stopped)
            {
                StopSubflow(node, cascade);
                return;
            }

            AnswerJob(node);
        }

        if (node.Sent is not null || (node.IsInDirectory && node.Parent!.Sent is not null))
        {
            return;
        }

        Forget(node);
        if (node.AttemptCount == 0 || node.Run.Attempts![^1].State.Current.IsTerminated)
        {
            LeaveScope(node);
            ChangeRun(node, StateType.KILLED);
        }
        else
        {
            CloseRun(node, StateType.KILLED);
        }
    }

    private void StopSubflow(RunNode node, bool cascade)
    {
        if (!cascade)
        {
            return;
        }

        foreach (var subflow in node.Batch?.Open ?? (PreviousSubflow(node) is { } previous ? [previous] : []))
        {
            Do(new Effect.KillSubflow(subflow));
        }
    }

    // Its question is not waited for any more.
    private void Forget(RunNode node)
    {
        if (node.Waiting is not null)
        {
            node.Waiting = null;
            state.OpenJobs--;
        }
    }

    /// <summary>What happens to the runs of workers and subflows when the execution is ended over them.</summary>
    private enum Unfinished
    {
        /// <summary>They go on, and their results are taken in.</summary>
        Completed,

        /// <summary>Workers stop; subflows go on by themselves and nobody waits for them.</summary>
        Stopped,

        /// <summary>Workers stop and subflows are killed.</summary>
        Killed,
    }
}
