using Kestra.Engine.Running;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Flowables;

namespace Kestra.Engine.Deciding;

/// <content>What runs next: chains of tasks, and the lists that follow them.</content>
internal sealed partial class Pass
{
    private void Advance(Scope scope)
    {
        if (IsDead(scope))
        {
            return;
        }

        if (scope.Phase == ScopePhase.Tasks)
        {
            StartChains(scope);
            if (scope.Open == 0 && (scope.Stopped || scope.ChainsDone == scope.Chains.Count))
            {
                LeaveTasks(scope);
            }
        }
        else if (scope.Open == 0)
        {
            AdvanceBranch(scope);
        }
    }

    private void StartChains(Scope scope)
    {
        while (!scope.Stopped && !IsDead(scope) && scope.NextToStart() is { } chain)
        {
            chain.Started = true;
            scope.Running++;
            if (chain.Tasks.Count == 0)
            {
                EndChain(scope, completed: true);
            }
            else
            {
                Start(scope, chain, chain.Tasks[0]);
            }
        }
    }

    private void StartNext(Scope scope, Chain chain)
    {
        if (!IsDead(scope) && !scope.Stopped && scope.Phase == ScopePhase.Tasks)
        {
            Start(scope, chain, chain.Tasks[chain.Position]);
        }
    }

    private void Start(Scope scope, Chain? chain, TaskNode task)
    {
        if (state.RunCount >= Environment.TaskRunLimit)
        {
            FailExecution($"The execution has {state.RunCount} task runs, which is the limit; split the work into subflows");
            return;
        }

        if (state.Current is StateType.CREATED or StateType.RESTARTED)
        {
            ChangeState(StateType.RUNNING);
        }

        var parent = scope.Run;
        var run = new TaskRun
        {
            TenantId = state.TenantId,
            Id = ids.Next(),
            ExecutionId = state.Id,
            Namespace = state.Namespace,
            FlowId = state.FlowId,
            TaskId = task.Id,
            ParentTaskRunId = parent?.Id,
            Value = chain?.Value,
            State = State.Created(now),
            Iteration = chain?.Iteration ?? (parent?.Task?.Plugin is ILoopingTask ? parent.Run.Iteration ?? 1 : null),
            ForceExecution = RootOf(scope).Phase == ScopePhase.AfterExecution ? true : null,
        };
        Fact(new ExecutionEvent.RunSet(run));
        var node = state.Find(run.Id)!;
        node.Owner = scope;
        node.Chain = chain?.Index ?? 0;
        scope.Open++;
        if (chain is not null)
        {
            chain.Open++;
        }

        steps.Enqueue(new Step.Submit(node));
    }

    /// <summary>A run has come to its end: counts it where it was started, and looks at what follows.</summary>
    private void Ended(RunNode node)
    {
        if (node.Owner is not { } scope)
        {
            return;
        }

        scope.Open--;
        if (scope.Phase == ScopePhase.Tasks && node.Task?.Branch == TaskBranch.Tasks)
        {
            scope.Count(node.State);
            scope.Terminated?.Add(node.Run.TaskId);
            var chain = scope.Chains[node.Chain];
            chain.Open--;
            chain.Broken |= node.State is StateType.FAILED or StateType.KILLED;
            ContinueChain(scope, chain);
        }

        steps.Enqueue(new Step.Advance(scope));
    }

    private void ContinueChain(Scope scope, Chain chain)
    {
        if (chain.Open > 0)
        {
            return;
        }

        if (chain.Broken || ++chain.Position >= chain.Tasks.Count)
        {
            EndChain(scope, completed: !chain.Broken);
        }
        else if (scope.IsCrowded)
        {
            scope.Held.Enqueue(chain);
        }
        else
        {
            steps.Enqueue(new Step.Next(scope, chain));
        }
    }

    private void EndChain(Scope scope, bool completed)
    {
        scope.Running--;
        scope.ChainsDone += completed ? 1 : 0;
        if (!scope.IsCrowded && scope.Held.TryDequeue(out var held))
        {
            steps.Enqueue(new Step.Next(scope, held));
        }
    }

    private void LeaveTasks(Scope scope)
    {
        var errors = scope.Run is null ? Program.Errors : scope.Run.Task!.Errors;
        if (scope.Failed > 0 && scope.Killed == 0 && errors.Count > 0)
        {
            Enter(scope, ScopePhase.Errors);
        }
        else if (!scope.Stopped && !scope.IsLastIteration && scope.Run is { Task.Plugin: ILoopingTask loop } run)
        {
            AskLoop(run, loop, scope);
        }
        else
        {
            EnterFinally(scope);
        }
    }

    private void EnterFinally(Scope scope)
    {
        var last = scope.Run is null ? Program.Finally : scope.Run.Task!.Finally;
        if (scope.Killed == 0 && last.Count > 0)
        {
            Enter(scope, ScopePhase.Finally);
        }
        else
        {
            Resolve(scope);
        }
    }

    private void Enter(Scope scope, ScopePhase phase)
    {
        scope.Phase = phase;
        scope.BranchPosition = 0;
        steps.Enqueue(new Step.Advance(scope));
    }

    // Every task of such a list runs, also after one that failed.
    private void AdvanceBranch(Scope scope)
    {
        var tasks = BranchOf(scope);
        if (scope.BranchPosition < tasks.Count)
        {
            Start(scope, null, tasks[scope.BranchPosition++]);
            return;
        }

        switch (scope.Phase)
        {
            case ScopePhase.Errors:
                EnterFinally(scope);
                break;
            case ScopePhase.Finally:
                Resolve(scope);
                break;
            case ScopePhase.AfterExecution:
                scope.Phase = ScopePhase.Done;
                state.Scope = null;
                break;
        }
    }

    private IReadOnlyList<TaskNode> BranchOf(Scope scope) => scope.Phase switch
    {
        ScopePhase.Errors => scope.Run is null ? Program.Errors : scope.Run.Task!.Errors,
        ScopePhase.Finally => scope.Run is null ? Program.Finally : scope.Run.Task!.Finally,
        ScopePhase.AfterExecution => Program.AfterExecution,
        _ => [],
    };

    private void Resolve(Scope scope)
    {
        scope.Phase = ScopePhase.Done;
        if (scope.Run is { } run)
        {
            ResolveFlowable(run, scope);
        }
        else
        {
            EndExecution(scope.Result);
        }
    }

    // Once the execution is terminated only the tasks after it may run.
    private bool IsDead(Scope scope) =>
        scope.Phase == ScopePhase.Done
        || ((state.Current.IsTerminated || state.Current == StateType.KILLING) && scope.Phase != ScopePhase.AfterExecution && RootOf(scope).Phase != ScopePhase.AfterExecution);

    private static Scope RootOf(Scope scope)
    {
        while (scope.Run?.Owner is { } outer)
        {
            scope = outer;
        }

        return scope;
    }

    private void FailExecution(string message)
    {
        Log(null, LogLevel.ERROR, message);
        EndByDecree(StateType.FAILED, Unfinished.Killed);
    }
}
