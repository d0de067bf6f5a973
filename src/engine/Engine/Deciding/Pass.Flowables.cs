using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Flowables;
using NodaTime;

namespace Kestra.Engine.Deciding;

/// <content>Flowable task runs: from their plan to their state.</content>
internal sealed partial class Pass
{
    private void BeginFlowable(RunNode node, IFlowableTask task)
    {
        SetRunning(node);
        Plan(node, task);
    }

    private void SetRunning(RunNode node)
    {
        var attempts = node.Run.Attempts is { Count: > 0 } existing && !existing[^1].State.Current.IsTerminated
            ? node.Run.Attempts
            : Append(node, new TaskRunAttempt(State.Created(now).With(StateType.RUNNING, now)));
        SetRun(node, node.Run with { State = node.Run.State.With(StateType.RUNNING, now), Attempts = attempts });
    }

    private void Plan(RunNode node, IFlowableTask task)
    {
        var variables = VariableTree.Of(state, node);
        if (node.Task!.IsPure)
        {
            Answer(node, () => task.Plan(TextRenderer(variables, CancellationToken.None)), plan => Follow(node, (FlowablePlan)plan!));
        }
        else
        {
            Ask(node, "plan", cancellation => task.Plan(TextRenderer(variables, cancellation)));
        }
    }

    /// <summary>Carries a plan out: opens the scope of the children, taking over those that exist already.</summary>
    private void Follow(RunNode node, FlowablePlan plan)
    {
        if (plan.Outputs is { } outputs)
        {
            SetRun(node, node.Run with { Outputs = Merge(node.Run.Outputs, outputs) });
        }

        if (plan.NothingMatches)
        {
            Log(node, LogLevel.WARN, $"No task found on flow '{state.Namespace}.{state.FlowId}', task '{node.Run.TaskId}', execution '{state.Id}'");
            EndRun(node, FailState(node));
            return;
        }

        var chains = ChainsOf(plan);
        node.Scope = new Scope(node, plan, chains, plan.Concurrency);
        Adopt(node.Scope);
        steps.Enqueue(new Step.Advance(node.Scope));
    }

    private List<Chain> ChainsOf(FlowablePlan plan)
    {
        var tasks = plan.Tasks.Where(task => !task.Disabled).Select(task => Program.Nodes[task.Id]).ToList();
        var chains = new List<Chain>();
        if (tasks.Count == 0)
        {
            return chains;
        }

        if (plan.Values is null)
        {
            AddChains(chains, plan, tasks, null, null);
            return chains;
        }

        for (var index = 0; index < plan.Values.Count; index++)
        {
            AddChains(chains, plan, tasks, plan.Values[index], index);
        }

        return chains;
    }

    private static void AddChains(List<Chain> chains, FlowablePlan plan, List<TaskNode> tasks, string? value, int? iteration)
    {
        if (!plan.Parallel)
        {
            chains.Add(new Chain(chains.Count, tasks, value, iteration, null));
            return;
        }

        foreach (var task in tasks)
        {
            // A dependency on a disabled task can never be waited for.
            var dependsOn = plan.Dependencies?.GetValueOrDefault(task.Id)?.Where(id => tasks.Exists(other => other.Id == id)).ToList();
            chains.Add(new Chain(chains.Count, [task], value, iteration, dependsOn));
        }
    }

    private void ResolveFlowable(RunNode node, Scope scope)
    {
        node.Scope = null;
        var result = scope.Result;
        if (node.Task!.Plugin is ILoopingTask loop && result is StateType.SUCCESS or StateType.WARNING)
        {
            ContinueLoop(node, (ILoopingTask)node.Task.Plugin, result);
            return;
        }

        if (node.Task.Plugin is IPauseTask)
        {
            EndRun(node, Allowed(node, result));
            return;
        }

        EndFlowable(node, result, scope.Plan);
    }

    private void EndFlowable(RunNode node, StateType result, FlowablePlan? plan)
    {
        if (result == StateType.FAILED && plan is { AllowsFailure: true })
        {
            result = StateType.WARNING;
        }

        EndRun(node, Allowed(node, result));
    }

    /// <summary>What a state becomes by the task's allow flags.</summary>
    private static StateType Allowed(RunNode node, StateType result)
    {
        if (result == StateType.FAILED)
        {
            result = FailState(node);
        }

        return result == StateType.WARNING && node.Task?.Definition.AllowWarning == true ? StateType.SUCCESS : result;
    }

    private void ContinueLoop(RunNode node, ILoopingTask loop, StateType result)
    {
        var iterations = node.Run.Iteration ?? 1;
        var elapsed = now - node.Run.State.StartDate;
        SetRun(node, node.Run with { Outputs = Merge(node.Run.Outputs, new OrderedDictionary<string, object?> { ["iterationCount"] = iterations }) });
        var variables = VariableTree.Of(state, node);
        if (node.Task!.IsPure)
        {
            Answer(node, () => loop.Continue(TextRenderer(variables, CancellationToken.None), iterations, elapsed), decision => DecideLoop(node, (LoopDecision)decision!, result));
        }
        else
        {
            Ask(node, $"loop-{result}", cancellation => loop.Continue(TextRenderer(variables, cancellation), iterations, elapsed));
        }
    }

    private void DecideLoop(RunNode node, LoopDecision decision, StateType result)
    {
        if (decision.Warning is { } warning)
        {
            Log(node, LogLevel.WARN, warning);
        }

        if (!decision.Again)
        {
            EndFlowable(node, decision.Failed ? StateType.FAILED : result, null);
            return;
        }

        ChangeRun(node, StateType.PAUSED);
        ChangeState(StateType.PAUSED);
        Do(new Effect.SetTimer(Key("loop", node.Id), now + Duration.Max(decision.Delay, Duration.Zero), default));
    }

    /// <summary>The next iteration: the same run without its children.</summary>
    private void Repeat(RunNode node)
    {
        RemoveBelow(node);
        SetRun(node, node.Run with
        {
            Iteration = (node.Run.Iteration ?? 1) + 1,
            Attempts = null,
            State = node.Run.State.With(StateType.RUNNING, now),
        });
        SetRunning(node);
        LeavePause();
        Plan(node, (IFlowableTask)node.Task!.Plugin);
    }

    private void RemoveBelow(RunNode node)
    {
        var removed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in state.Runs)
        {
            if (run.Parent is { } parent && (parent == node || removed.Contains(parent.Id)))
            {
                removed.Add(run.Id);
            }
        }

        if (removed.Count > 0)
        {
            Fact(new ExecutionEvent.RunsRemoved([.. removed]));
        }
    }

    /// <summary>The execution runs again unless another task run still holds it.</summary>
    private void LeavePause()
    {
        if (state.Current == StateType.PAUSED && !state.Runs.Any(run => run.State == StateType.PAUSED))
        {
            ChangeState(StateType.RUNNING);
            ReleaseDeferred();
        }
    }

    private static IReadOnlyDictionary<string, object?> Merge(IReadOnlyDictionary<string, object?>? old, IReadOnlyDictionary<string, object?> added)
    {
        if (old is not { Count: > 0 })
        {
            return added;
        }

        var merged = new OrderedDictionary<string, object?>(old, StringComparer.Ordinal);
        foreach (var (key, value) in added)
        {
            merged[key] = value;
        }

        return merged;
    }
}
