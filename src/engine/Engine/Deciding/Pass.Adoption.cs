using Kestra.Engine.Running;
using Kestra.Model.Executions;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine.Deciding;

/// <content>
/// Rebuilds what is not in the document: scopes with their counts, from the task runs. The document alone is the truth, so an
/// execution that Kestra wrote, or that was restarted in the middle, goes on like one that was never out of memory.
/// </content>
internal sealed partial class Pass
{
    /// <summary>Builds the scopes of an execution that came from the store.</summary>
    public void Prepare()
    {
        state.IsPrepared = true;
        BuildScopes();
        hadEnded = state.HasEnded;
    }

    /// <summary>Builds the scopes and goes on with everything that was owed when the server stopped.</summary>
    /// <param name="isRunning">Whether an attempt of a task run is still with a worker that will answer.</param>
    public void Recover(Func<string, int, bool> isRunning)
    {
        state.IsPrepared = true;
        hadEnded = false;
        foreach (var node in state.Runs.Where(run => !run.IsTerminated && run.Task?.Route == TaskRoute.Worker && isRunning(run.Id, run.CurrentAttempt)))
        {
            Out(node);
        }

        BuildScopes();
        ResumeOwed();
    }

    private void BuildScopes()
    {
        if (state.Current.IsTerminated)
        {
            PrepareAfterExecution();
        }
        else if (Program.Fault is not null)
        {
            Admit();
        }
        else if (state.RunCount > 0 && state.Current != StateType.QUEUED)
        {
            OpenRoot();
        }

        foreach (var node in state.Roots.Where(run => !run.IsTerminated && run.Owner is null && run.Task?.Branch == TaskBranch.OnPause).ToList())
        {
            TakeUp(node);
        }
    }

    private void PrepareAfterExecution()
    {
        if (state.Roots.Exists(run => run.Task?.Branch == TaskBranch.AfterExecution && !run.IsTerminated))
        {
            BeginAfterExecution();
        }
    }

    // What was owed when the server stopped and is not about a task run.
    private void ResumeOwed()
    {
        if (state.Current.IsTerminated)
        {
            ResumeEnd();
        }
        else if (state.Current == StateType.QUEUED && Program.Flow.Concurrency is { } concurrency)
        {
            Do(new Effect.WaitForSlot(concurrency.Limit));
        }
        else if (state.Current == StateType.CREATED && state.RunCount == 0 && (state.Header.ScheduleDate is not { } date || date <= now))
        {
            Admit();
        }
        else if (state.Scope is { } scope)
        {
            steps.Enqueue(new Step.Advance(scope));
        }
    }

    // An end that is not complete waits for runs in other hands, or for its outputs.
    private void ResumeEnd()
    {
        foreach (var node in state.Runs.Where(run => !run.IsTerminated && run.Sent is null && !IsAfterExecution(run) && !(run.IsInDirectory && run.Parent!.Sent is not null)).ToList())
        {
            StopRun(node, Unfinished.Completed, cascade: false);
        }

        if (state.Scope is null && state.OpenJobs == 0 && state.Header.Outputs is null && state.Roots.TrueForAll(run => run.Task?.Branch != TaskBranch.AfterExecution))
        {
            RenderOutputs();
        }
    }

    /// <summary>Takes the existing runs of a scope over.</summary>
    private void Adopt(Scope scope)
    {
        var positions = Positions(scope);
        foreach (var node in ChildrenOf(scope.Run).ToList())
        {
            node.Owner = scope;
            if (node.Task?.Branch is TaskBranch.Tasks)
            {
                AdoptTask(scope, node, positions);
            }
            else
            {
                AdoptBranch(scope, node);
            }
        }

        foreach (var chain in scope.Chains.Where(chain => chain.Started))
        {
            ContinueChain(scope, chain);
        }
    }

    private IEnumerable<RunNode> ChildrenOf(RunNode? parent)
    {
        if (parent is not null)
        {
            return parent.Children.Where(run => run.Task is not null);
        }

        var after = state.Current.IsTerminated;
        return state.Roots.Where(run => run.Task is { Branch: not TaskBranch.OnPause } && after == (run.Task.Branch == TaskBranch.AfterExecution));
    }

    private static Dictionary<(string TaskId, string? Value), (Chain Chain, int Position)> Positions(Scope scope)
    {
        var positions = new Dictionary<(string, string?), (Chain, int)>();
        foreach (var chain in scope.Chains)
        {
            for (var index = 0; index < chain.Tasks.Count; index++)
            {
                positions[(chain.Tasks[index].Id, chain.Value)] = (chain, index);
            }
        }

        return positions;
    }

    private void AdoptTask(Scope scope, RunNode node, Dictionary<(string TaskId, string? Value), (Chain Chain, int Position)> positions)
    {
        if (!positions.TryGetValue((node.Run.TaskId, node.Run.Value), out var place))
        {
            // A task that this revision does not run here: it counts for nothing.
            node.Owner = null;
            return;
        }

        var (chain, position) = place;
        node.Chain = chain.Index;
        if (!chain.Started)
        {
            chain.Started = true;
            scope.Running++;
        }

        chain.Position = Math.Max(chain.Position, position);
        if (!node.IsTerminated)
        {
            scope.Open++;
            chain.Open++;
            TakeUp(node);
            return;
        }

        scope.Count(node.State);
        scope.Terminated?.Add(node.Run.TaskId);
        chain.Broken |= node.State is StateType.FAILED or StateType.KILLED;
    }

    private void AdoptBranch(Scope scope, RunNode node)
    {
        var phase = node.Task!.Branch switch
        {
            TaskBranch.Errors => ScopePhase.Errors,
            TaskBranch.Finally => ScopePhase.Finally,
            _ => ScopePhase.AfterExecution,
        };
        if (phase > scope.Phase)
        {
            scope.Phase = phase;
            scope.BranchPosition = 0;
        }

        // A loop that has used up its iterations has noted so in its attempt.
        if (phase == ScopePhase.Finally && scope.Run is { Task.Plugin: ILoopingTask } loop)
        {
            scope.IsLastIteration = true;
            scope.Verdict = loop.Run.Attempts is [.., { State.Current: StateType.FAILED }] ? StateType.FAILED : null;
        }

        scope.BranchPosition++;
        if (!node.IsTerminated)
        {
            scope.Open++;
            TakeUp(node);
        }
    }

    /// <summary>Goes on with a run that is not terminated.</summary>
    private void TakeUp(RunNode node)
    {
        // What came back before its scope did has gone on already.
        if (node.Sent is not null || node.Waiting is not null || node.Scope is not null || node.Task is not { } task)
        {
            return;
        }

        switch (node.State)
        {
            case StateType.CREATED or StateType.RESTARTED:
                steps.Enqueue(new Step.Submit(node));
                break;
            case StateType.RUNNING when task.Plugin is IFlowableTask flowable:
                Plan(node, flowable);
                break;
            // Its last attempt has ended by itself, and was not lost with its worker: only what follows it is left.
            case StateType.RUNNING when task.IsWorkingDirectory && node.Run.Attempts is [.., { State.Current: { IsTerminated: true } and not StateType.KILLED and var ended }]:
                OpenBranches(node, ended);
                break;
            case StateType.RUNNING when task.Route == TaskRoute.Worker:
                SendAgain(node);
                break;
            case StateType.RUNNING when task.Plugin is IPauseTask pause:
                TakeUpPause(node, pause);
                break;
            case StateType.RUNNING when task.Plugin is IExecutableTask executable:
                TakeUpSubflow(node, executable);
                break;
        }
    }

    // A pause that was resumed runs its tasks; one that was not has still to begin.
    private void TakeUpPause(RunNode node, IPauseTask pause)
    {
        if (node.Run.Outputs?.ContainsKey("resumed") == true)
        {
            Follow(node, new FlowablePlan { Tasks = TasksBelow(node) });
        }
        else
        {
            LimitPause(node, pause);
        }
    }

    private void TakeUpSubflow(RunNode node, IExecutableTask task)
    {
        if (task is not IBatchExecutableTask && PreviousSubflow(node) is not null)
        {
            if (task.OutputTemplates is not null)
            {
                // It may have ended while its outputs were being rendered: whether it has is asked again.
                RequestSubflow(node, task);
                return;
            }

            // It exists, and its end comes from there.
            Out(node);
        }
        else
        {
            BeginSubflow(node, task);
        }
    }
}
