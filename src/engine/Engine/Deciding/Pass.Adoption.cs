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
    private ILookup<RunNode, RunNode>? children;

    /// <summary>Builds the scopes of an execution that came from the store.</summary>
    /// <param name="resend">The jobs that were out are lost and have to be sent again.</param>
    public void Prepare(bool resend)
    {
        state.IsPrepared = true;
        if (state.Current.IsTerminated)
        {
            PrepareAfterExecution();
        }
        else if (Program.Fault is not null)
        {
            Admit();
        }
        else if (state.RunCount > 0)
        {
            OpenRoot();
        }

        foreach (var node in state.Runs.Where(run => !run.IsTerminated && run.Owner is null && run.Task?.Branch == TaskBranch.OnPause))
        {
            TakeUp(node);
        }

        if (resend)
        {
            ResumeOwed();
        }

        children = null;
    }

    private void PrepareAfterExecution()
    {
        var open = state.Runs.Any(run => run.Task?.Branch == TaskBranch.AfterExecution && !run.IsTerminated);
        if (open)
        {
            state.Scope = new Scope(null, null, [], 1) { Phase = ScopePhase.AfterExecution };
            Adopt(state.Scope);
            steps.Enqueue(new Step.Advance(state.Scope));
        }
    }

    // What was owed when the server stopped and is not about a task run.
    private void ResumeOwed()
    {
        if (state.Current == StateType.QUEUED && Program.Flow.Concurrency is { } concurrency)
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

        foreach (var chain in scope.Chains.Where(chain => chain.Started && chain.Position < chain.Tasks.Count && !scope.Stopped && !scope.OpenChains.Contains(chain.Index)))
        {
            steps.Enqueue(new Step.Next(scope, chain));
        }
    }

    private IEnumerable<RunNode> ChildrenOf(RunNode? parent)
    {
        if (parent is null)
        {
            var terminated = state.Current.IsTerminated;
            return state.Runs.Where(run => run.Parent is null && run.Task is { Branch: not TaskBranch.OnPause } && terminated == (run.Task.Branch == TaskBranch.AfterExecution));
        }

        children ??= state.Runs.Where(run => run.Parent is not null && run.Task is not null).ToLookup(run => run.Parent!);
        return children[parent];
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

        chain.Position = position;
        if (!node.IsTerminated)
        {
            scope.Open++;
            TakeUp(node);
            return;
        }

        scope.Count(node.State);
        scope.Terminated?.Add(node.Run.TaskId);
        if (node.State is StateType.FAILED or StateType.KILLED)
        {
            EndChain(scope, completed: false);
        }
        else if (++chain.Position == chain.Tasks.Count)
        {
            EndChain(scope, completed: true);
        }
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
        node.Owner?.OpenChains.Add(node.Chain);
        switch (node.State)
        {
            case StateType.CREATED or StateType.RESTARTED:
                steps.Enqueue(new Step.Submit(node));
                break;
            case StateType.RUNNING when node.Task!.Plugin is IFlowableTask flowable:
                Plan(node, flowable);
                break;
            case StateType.RUNNING when node.Task!.Route == TaskRoute.Worker:
                Dispatch(node, node.Task);
                break;
            case StateType.RUNNING when node.Task!.Plugin is IPauseTask pause:
                Follow(node, new FlowablePlan { Tasks = [.. (pause.Tasks ?? []).Where(task => !task.Disabled)] });
                break;
            case StateType.RUNNING when node.Task!.Plugin is IExecutableTask executable:
                TakeUpSubflow(node, executable);
                break;
            case StateType.BREAKPOINT or StateType.PAUSED or StateType.RETRYING or StateType.QUEUED:
                break;
        }
    }

    private void TakeUpSubflow(RunNode node, IExecutableTask task)
    {
        if (PreviousSubflow(node) is not null)
        {
            // It exists, and its end comes from there.
            node.Sent = node.CurrentAttempt;
            state.OpenJobs++;
        }
        else if (node.Task!.IsPure)
        {
            var variables = Variables.VariableTree.Of(state, node);
            Answer(node, () => task.Request(Renderer(variables, CancellationToken.None)), request => StartSubflow(node, (SubflowRequest)request!));
        }
        else
        {
            var variables = Variables.VariableTree.Of(state, node);
            Ask(node, "subflow", cancellation => task.Request(Renderer(variables, cancellation)));
        }
    }
}
