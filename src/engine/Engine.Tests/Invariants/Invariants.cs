using System.Globalization;
using Kestra.Engine.Tests.Simulation;
using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Invariants;

/// <summary>The numbered invariants that can be seen at every step and at the end.</summary>
internal sealed class InvariantCheck(IReadOnlyDictionary<string, TaskPlan> plans)
{
    private readonly HashSet<string> onPause = plans.Values.Select(plan => plan.OnPause?.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
    private readonly bool mayExit = plans.Values.Any(plan => plan.Kind == TaskKind.Exit);
    private readonly Dictionary<string, Seen> executions = new(StringComparer.Ordinal);

    /// <summary>Looks at one fact, in the light of those before it.</summary>
    public void Fact(string executionId, ExecutionEvent fact)
    {
        switch (fact)
        {
            case ExecutionEvent.Created created:
                executions[executionId] = new Seen(created.Execution);
                break;
            case ExecutionEvent.StateChanged changed:
                executions[executionId].Execution = executions[executionId].Execution with { State = executions[executionId].Execution.State.With(changed.State, changed.Date) };
                Transitions.CheckExecution(executions[executionId].Execution);
                break;
            case ExecutionEvent.RunSet set:
                Set(executions[executionId], set.Run);
                break;
            case ExecutionEvent.RunsRemoved removed:
                removed.Ids.ToList().ForEach(id => executions[executionId].Runs.Remove(id));
                break;
        }
    }

    private void Set(Seen seen, TaskRun run)
    {
        if (plans[run.TaskId].Disabled)
        {
            throw new InvariantException(16, $"the disabled task {run.TaskId} runs");
        }

        var earlier = seen.Runs.GetValueOrDefault(run.Id);
        if (earlier is null)
        {
            Begin(seen, run);
        }

        seen.Runs[run.Id] = run;
        Change(seen, earlier, run);
    }

    private void Begin(Seen seen, TaskRun run)
    {
        if (seen.Execution.State.Current == StateType.KILLED && run.ForceExecution != true)
        {
            throw new InvariantException(6, $"{run.TaskId} is begun after the kill");
        }

        // What pauses start belongs to no list of tasks, and may come again in a loop.
        if (!onPause.Contains(run.TaskId) && seen.Runs.Values.Any(other => other.ParentTaskRunId == run.ParentTaskRunId && other.TaskId == run.TaskId && other.Value == run.Value && other.Iteration == run.Iteration))
        {
            throw new InvariantException(7, $"two runs of {run.TaskId}[{run.Value}] below {run.ParentTaskRunId}");
        }

        if (run.ParentTaskRunId is { } id)
        {
            var parent = seen.Runs[id];
            if (parent.State.Current != StateType.RUNNING && plans[parent.TaskId].Kind != TaskKind.Directory)
            {
                throw new InvariantException(10, $"{run.TaskId} begins below {parent.TaskId}, which is {parent.State.Current}");
            }

            Begin(run, parent, seen.Runs);
        }
    }

    /// <summary>Looks at an execution after everything has come to rest.</summary>
    /// <param name="undisturbed">Nobody has changed states by hand.</param>
    public void End(Execution execution, bool undisturbed)
    {
        if (!execution.State.Current.IsTerminated)
        {
            throw new InvariantException(4, $"execution {execution.Id} rests in {execution.State.Current} without a cause");
        }

        foreach (var run in execution.TaskRunList ?? [])
        {
            if (!run.State.Current.IsTerminated || (run.Attempts ?? []).Any(attempt => !attempt.State.Current.IsTerminated))
            {
                throw new InvariantException(5, $"{run.TaskId}[{run.Value}] is left {run.State.Current} with attempts {string.Join(", ", (run.Attempts ?? []).Select(attempt => attempt.State.Current))} in an execution that ended {execution.State.Current}");
            }

            if (undisturbed && plans[run.TaskId].AllowFailure && run.State.Current == StateType.FAILED)
            {
                throw new InvariantException(17, $"{run.TaskId} allows failure and is FAILED");
            }
        }
    }

    private void Change(Seen seen, TaskRun? earlier, TaskRun run)
    {
        Transitions.CheckRun(run);
        if (run.Outputs?.GetValueOrDefault("iterations") is IReadOnlyDictionary<string, object?> counts && counts.Values.Sum(Convert.ToInt32) != Convert.ToInt32(run.Outputs["numberOfBatches"], CultureInfo.InvariantCulture))
        {
            throw new InvariantException(26, $"the executions of {run.TaskId} are counted {string.Join(", ", counts)} of {run.Outputs["numberOfBatches"]}");
        }

        if ((run.Attempts ?? []).SkipLast(1).Any(attempt => !attempt.State.Current.IsTerminated))
        {
            throw new InvariantException(9, $"{run.TaskId} has more than its last attempt open");
        }

        if (plans[run.TaskId].Skipped && run.State.Histories.Any(entry => entry.State == StateType.RUNNING) && !run.State.Histories.Any(entry => entry.State is StateType.RESTARTED))
        {
            throw new InvariantException(16, $"{run.TaskId} runs although its runIf is false");
        }

        var ends = earlier is { State.Current.IsTerminated: false } && run.State.Current is StateType.SUCCESS or StateType.WARNING or StateType.FAILED;
        // An Exit ends what is around it together with the execution.
        if (ends && !mayExit && !seen.Execution.State.Current.IsTerminated && seen.Runs.Values.FirstOrDefault(child => child.ParentTaskRunId == run.Id && !child.State.Current.IsTerminated) is { } open)
        {
            throw new InvariantException(10, $"{run.TaskId} ends {run.State.Current} while {open.TaskId} is {open.State.Current}");
        }
    }

    private void Begin(TaskRun run, TaskRun parent, Dictionary<string, TaskRun> runs)
    {
        var plan = plans[parent.TaskId];
        if (plan.Tasks.All(task => task.Id != run.TaskId))
        {
            return;
        }

        var siblings = runs.Values.Where(other => other.ParentTaskRunId == parent.Id && plan.Tasks.Any(task => task.Id == other.TaskId)).ToList();
        switch (plan.Kind)
        {
            case TaskKind.Sequential or TaskKind.AllowFailure or TaskKind.If or TaskKind.Switch or TaskKind.Loop or TaskKind.EachSequential or TaskKind.Batch:
                if (siblings.FirstOrDefault(other => !other.State.Current.IsTerminated || other.State.Current == StateType.FAILED) is { } early)
                {
                    throw new InvariantException(11, $"{run.TaskId} begins while {early.TaskId} is {early.State.Current}");
                }

                break;
            case TaskKind.Parallel or TaskKind.EachParallel or TaskKind.Dag:
                var running = siblings.Count(other => !other.State.Current.IsTerminated) + 1;
                if (plan.Concurrency > 0 && running > plan.Concurrency)
                {
                    throw new InvariantException(12, $"{running} children of {plan.Id} run, {plan.Concurrency} may");
                }

                break;
            case TaskKind.ForEach:
                var values = siblings.Where(other => !other.State.Current.IsTerminated).Select(other => other.Value).Append(run.Value).Distinct(StringComparer.Ordinal).Count();
                if (plan.Concurrency > 0 && values > plan.Concurrency)
                {
                    throw new InvariantException(12, $"{values} values of {plan.Id} run, {plan.Concurrency} may");
                }

                break;
        }

        foreach (var before in plan.DependsOn.GetValueOrDefault(run.TaskId, []).Where(id => plan.Tasks.First(task => task.Id == id) is { Disabled: false }))
        {
            if (!siblings.Exists(other => other.TaskId == before && other.State.Current.IsTerminated))
            {
                throw new InvariantException(13, $"{run.TaskId} begins before {before} has ended");
            }
        }
    }

    private sealed class Seen(Execution execution)
    {
        public Execution Execution { get; set; } = execution;
        public Dictionary<string, TaskRun> Runs { get; } = (execution.TaskRunList ?? []).ToDictionary(run => run.Id, StringComparer.Ordinal);
    }
}
