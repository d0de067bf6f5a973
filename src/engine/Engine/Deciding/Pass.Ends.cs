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
        if (result == StateType.PAUSED || state.Current.IsTerminated)
        {
            return;
        }

        ChangeState(result);
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
                values = FlowOutputs.Render(outputs, Environment, new RenderContext(variables, Host(), CancellationToken.None), message => Log(null, LogLevel.WARN, message));
            }
            catch (Exception fault)
            {
                error = fault.Message;
            }

            FinishOutputs(values, error);
            return;
        }

        state.OpenJobs++;
        Do(new Effect.Evaluate($"{OutputsQuestion}:{state.Id}", null, cancellation =>
            FlowOutputs.Render(outputs, Environment, new RenderContext(variables, Host(), cancellation), static _ => { })));
    }

    private void TakeOutputs(IReadOnlyDictionary<string, object?>? values, string? error)
    {
        state.OpenJobs--;
        FinishOutputs(values, error);
    }

    private void FinishOutputs(IReadOnlyDictionary<string, object?>? values, string? error)
    {
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
    private void EndByDecree(StateType to)
    {
        ChangeState(to);
        state.Deferred.Clear();
        BeginAfterExecution();
    }

    private void BeginAfterExecution()
    {
        if (Program.AfterExecution.Count == 0 || state.Current == StateType.RETRIED)
        {
            state.Scope = null;
            return;
        }

        state.Scope = new Scope(null, null, [], 1) { Phase = ScopePhase.AfterExecution };
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
            Do(new Effect.NotifyParent(parent, taskRun, state.Current, state.Header.Outputs));
        }
    }

    private void Exit(RunNode node, StateType to)
    {
        for (RunNode? run = node; run is not null; run = run.Parent)
        {
            run.Scope = null;
            CloseRun(run, to);
        }

        if (to == StateType.KILLED)
        {
            Kill(cascade: false);
        }
        else
        {
            EndByDecree(to);
        }
    }

    /// <summary>Stops everything: what has not begun is killed here, what runs elsewhere is told to stop.</summary>
    public void Kill(bool cascade)
    {
        if (state.Current.IsTerminated || state.Current == StateType.KILLING)
        {
            return;
        }

        if (state.Current == StateType.PAUSED)
        {
            ChangeState(StateType.RESTARTED);
        }

        ChangeState(StateType.KILLING);
        foreach (var node in state.Runs.Where(run => !run.IsTerminated).ToList())
        {
            KillRun(node, cascade);
        }

        Do(new Effect.KillJobs(null));
        Do(new Effect.CancelTimer(Key("schedule", "start")));
        ChangeState(StateType.KILLED);
        state.Deferred.Clear();
        BeginAfterExecution();
    }

    private void KillRun(RunNode node, bool cascade)
    {
        node.Scope = null;
        foreach (var timer in new[] { "retry", "pause", "pause-timeout", "loop" })
        {
            if (node.State is StateType.RETRYING or StateType.PAUSED)
            {
                Do(new Effect.CancelTimer(Key(timer, node.Id)));
            }
        }

        if (node.Sent is not null && node.Task?.Route == TaskRoute.Worker)
        {
            return;
        }

        if (node.Task?.Plugin is IExecutableTask && node.Sent is not null)
        {
            if (cascade)
            {
                if (PreviousSubflow(node) is { } subflow)
                {
                    Do(new Effect.KillSubflow(subflow));
                }

                return;
            }

            AnswerJob(node);
        }

        if (node.Waiting is not null)
        {
            node.Waiting = null;
            state.OpenJobs--;
        }

        var never = node.AttemptCount == 0;
        if (never || node.Run.Attempts![^1].State.Current.IsTerminated)
        {
            ChangeRun(node, StateType.KILLED);
        }
        else
        {
            CloseRun(node, StateType.KILLED);
        }
    }
}
