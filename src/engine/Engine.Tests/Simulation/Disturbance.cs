using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>What people do to executions at random moments, a limited number of times, with what must hold of each by itself.</summary>
internal sealed class Disturbance(Random random)
{
    private int left = random.Next(1, 7);

    public void Strike(World world)
    {
        if (left == 0 || random.Next(100) >= 12)
        {
            return;
        }

        left--;
        var all = world.Executions.ToList();
        var execution = all[random.Next(all.Count)];
        switch (random.Next(11))
        {
            case 0 or 1:
                Kill(world, execution);
                break;
            case 2:
                world.Command(execution.Id, new Command.Pause());
                break;
            case 3:
                world.Command(execution.Id, new Command.Resume(null, "somebody"));
                break;
            case 4 or 5:
                Restart(world, execution);
                break;
            case 6:
                ChangeState(world, execution);
                break;
            case 7:
                world.Command(execution.Id, new Command.ForceRun());
                break;
            case 8:
                world.Command(execution.Id, new Command.ResumeFromBreakpoint(random.Next(2) == 0 ? null : []));
                break;
            case 9:
                StateType[] targets = [StateType.RUNNING, StateType.CANCELLED, StateType.FAILED];
                world.Command(execution.Id, new Command.Unqueue(targets[random.Next(targets.Length)]));
                break;
            default:
                Replay(world, execution);
                break;
        }
    }

    private void Kill(World world, Execution execution)
    {
        var cascade = random.Next(2) == 0;
        world.Command(execution.Id, new Command.Kill(cascade));
        var killed = Documents.Text(world.Find(execution.Id));
        world.Command(execution.Id, new Command.Kill(cascade)).ShouldBeNull();
        Documents.Text(world.Find(execution.Id)).ShouldBe(killed, "invariant 21: killing again changes nothing");
    }

    private static void Restart(World world, Execution execution)
    {
        if (world.Command(execution.Id, new Command.Restart(null)) is not null)
        {
            return;
        }

        // What follows a failure is taken out, and a directory begins anew as a whole.
        var after = world.Find(execution.Id);
        foreach (var run in (execution.TaskRunList ?? []).Where(run => run.State.Current is StateType.SUCCESS or StateType.WARNING or StateType.SKIPPED && !IsAncestorOfUnfinished(run, execution)))
        {
            if ((after.TaskRunList ?? []).FirstOrDefault(other => other.Id == run.Id) is { } kept && !kept.State.Equals(run.State))
            {
                throw new InvalidOperationException($"Invariant 19: the restart has changed {run.TaskId} from {run.State.Current} to {kept.State.Current}");
            }
        }
    }

    private static bool IsAncestorOfUnfinished(TaskRun run, Execution execution) =>
        execution.TaskRunList!.Any(other => other.ParentTaskRunId == run.Id && (other.State.Current is StateType.FAILED or StateType.PAUSED or StateType.KILLED || IsAncestorOfUnfinished(other, execution)));

    private void ChangeState(World world, Execution execution)
    {
        if (execution.TaskRunList is { Count: > 0 } runs)
        {
            StateType[] states = [StateType.SUCCESS, StateType.WARNING, StateType.FAILED, StateType.CANCELLED];
            world.Command(execution.Id, new Command.ChangeTaskRunState(runs[random.Next(runs.Count)].Id, states[random.Next(states.Length)]));
        }
    }

    private void Replay(World world, Execution execution)
    {
        if (!execution.State.Current.IsTerminated || !world.HasEnded(execution.Id) || execution.FlowId != world.Root.Id)
        {
            return;
        }

        var runs = (execution.TaskRunList ?? []).ToList();
        world.Replay(execution.Id, runs.Count == 0 || random.Next(3) == 0 ? null : runs[random.Next(runs.Count)].Id);
        Documents.Text(world.Find(execution.Id)).ShouldBe(Documents.Text(execution), "invariant 20: a replay leaves its source alone");
    }
}
