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
    private const string IterationCount = "iterationCount";
    private const string PlanQuestion = "plan";
    private const string LoopQuestion = "loop";


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
        SetRun(node.Run with { State = node.Run.State.With(StateType.RUNNING, now), Attempts = attempts });
    }

    private void Plan(RunNode node, IFlowableTask task)
    {
        var variables = VariableTree.Of(state, node);
        if (node.Task!.IsPure)
        {
            Answer(node, () => task.Plan(TextRenderer(variables, CancellationToken.None)), plan => Follow(node, (FlowablePlan)plan!), message => Unresolvable(node, message));
        }
        else
        {
            Ask(node, PlanQuestion, cancellation => task.Plan(TextRenderer(variables, cancellation)));
        }
    }

    /// <summary>A flowable task whose own expressions fail is FAILED, also where its children may fail.</summary>
    private void Unresolvable(RunNode node, string message)
    {
        Log(node, LogLevel.ERROR, $"Unable to resolve state from the Flowable task: {message}");
        if (node.Task!.Plugin is IFlowableTask { PlanGivesOutputs: true })
        {
            Log(node, LogLevel.ERROR, $"Unable to resolve outputs from the Flowable task: {message}");
        }

        EndRun(node, StateType.FAILED);
    }

    /// <summary>Carries a plan out: opens the scope of the children, taking over those that exist already.</summary>
    private void Follow(RunNode node, FlowablePlan plan)
    {
        TakePlanOutputs(node, plan);
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

    private void TakePlanOutputs(RunNode node, FlowablePlan plan)
    {
        var outputs = plan.Outputs;
        if (node.Task?.Plugin is ILoopingTask && IterationsOf(node) == 0)
        {
            outputs = new OrderedDictionary<string, object?> { [IterationCount] = 1 };
        }

        if (outputs is not null)
        {
            SetRun(node.Run with { Outputs = Merge(node.Run.Outputs, outputs) });
        }
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

        // A task made for failures ends WARNING for one even where it covers warnings.
        var allowed = Allowed(node, scope.Result);
        EndRun(node, allowed == StateType.FAILED && scope.Plan is { AllowsFailure: true } ? StateType.WARNING : allowed);
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

    private void AskLoop(RunNode node, ILoopingTask loop, Scope scope)
    {
        if (node.Waiting is not null)
        {
            return;
        }

        var look = LookAt(node, loop);
        if (node.Task!.IsPure)
        {
            Answer(node, () => look(CancellationToken.None), outcome => DecideLoop(node, scope, (LoopOutcome)outcome!), message => Unresolvable(node, message));
        }
        else
        {
            Ask(node, LoopQuestion, look);
        }
    }

    // The condition is looked at with the number of the iteration that ended, then with that of the one that would follow:
    // `iterationCount >= 3` ends after two iterations and leaves a 3 behind, as it always did.
    private Func<CancellationToken, LoopOutcome> LookAt(RunNode node, ILoopingTask loop)
    {
        var iterations = IterationsOf(node);
        var elapsed = now - node.Run.State.StartDate;
        var ended = VariableTree.Of(state, node);
        var following = loop.LoopExpressions.Any(text => text.Contains(IterationCount, StringComparison.Ordinal)) ? VariableTree.Of(state, node, Counted(node, iterations + 1)) : null;
        return cancellation =>
        {
            var decision = loop.Continue(TextRenderer(ended, cancellation), iterations, elapsed);
            return decision.Again && following is not null && loop.Continue(TextRenderer(following, cancellation), iterations, elapsed) is { Again: false } last
                ? new LoopOutcome(last, iterations + 1)
                : new LoopOutcome(decision, iterations);
        };
    }

    /// <param name="Iterations">What the task reports when it ends now.</param>
    private sealed record LoopOutcome(LoopDecision Decision, int Iterations);

    private static IReadOnlyDictionary<string, object?> Counted(RunNode node, int iterations) =>
        Merge(node.Run.Outputs, new OrderedDictionary<string, object?> { [IterationCount] = iterations });

    private static int IterationsOf(RunNode node) => node.Run.Outputs?.GetValueOrDefault(IterationCount) is int count ? count : 0;

    private void DecideLoop(RunNode node, Scope scope, LoopOutcome outcome)
    {
        var decision = outcome.Decision;
        if (decision.Warning is { } warning)
        {
            Log(node, LogLevel.WARN, warning);
        }

        if (decision.Again)
        {
            scope.Phase = ScopePhase.Done;
            node.Scope = null;
            WaitForIteration(node, Duration.Max(decision.Delay, Duration.Zero));
            return;
        }

        scope.IsLastIteration = true;
        if (outcome.Iterations != IterationsOf(node))
        {
            SetRun(node.Run with { Outputs = Counted(node, outcome.Iterations) });
        }

        if (decision.Failed)
        {
            scope.Verdict = StateType.FAILED;
            SetRun(node.Run with { Attempts = CloseLast(node.Run.Attempts!, StateType.FAILED) });
        }

        EnterFinally(scope);
    }

    // What runs after the end of the execution can't hold it: there only the task itself waits.
    private void WaitForIteration(RunNode node, Duration delay)
    {
        ChangeRun(node, StateType.PAUSED);
        if (!state.Current.IsTerminated)
        {
            PauseExecution();
        }

        Do(new Effect.SetTimer(Key("loop", node.Id), now + delay, default));
    }

    /// <summary>The next iteration: the same run without its children.</summary>
    private void Repeat(RunNode node)
    {
        RemoveBelow(node);
        SetRun(node.Run with
        {
            Iteration = (node.Run.Iteration ?? 1) + 1,
            Attempts = [new TaskRunAttempt(State.Created(now).With(StateType.RUNNING, now))],
            State = node.Run.State.With(StateType.RUNNING, now),
            Outputs = Counted(node, IterationsOf(node) + 1),
        });
        LeavePause();
        Plan(node, (IFlowableTask)node.Task!.Plugin);
    }

    private void RemoveBelow(RunNode node)
    {
        var removed = Below(node).Select(run => run.Id).ToList();
        if (removed.Count > 0)
        {
            Fact(new ExecutionEvent.RunsRemoved(removed));
        }
    }

    private static IEnumerable<RunNode> Below(RunNode node)
    {
        var open = new Queue<RunNode>(node.Children);
        while (open.TryDequeue(out var run))
        {
            yield return run;
            foreach (var child in run.Children)
            {
                open.Enqueue(child);
            }
        }
    }

    /// <summary>The execution runs again unless another task run still holds it.</summary>
    private void LeavePause()
    {
        if (state.Current == StateType.PAUSED && state.CountOf(StateType.PAUSED) == 0)
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
