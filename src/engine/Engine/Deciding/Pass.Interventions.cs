using Kestra.Engine.Running;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Flowables;

namespace Kestra.Engine.Deciding;

/// <content>What people do to an execution.</content>
internal sealed partial class Pass
{
    public Decision? Restart(int? revision)
    {
        if (!state.Current.CanBeRestarted)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"Execution must be terminated to be restarted, current state is '{state.Current}' !");
        }

        var targets = state.Runs.Where(IsToRestart).ToList();
        if (targets.Count == 0 && !state.Runs.Any(static run => run.State is StateType.FAILED or StateType.PAUSED))
        {
            return Decision.Refuse(RefusalCode.Invalid, "No task found to restart execution from!");
        }

        if (revision is { } number && number != state.Header.FlowRevision)
        {
            Fact(new ExecutionEvent.RevisionSet(number));
        }

        CancelTimers(targets);
        RemoveOnPauses(targets);
        GoBack(targets, Begin);
        Fact(new ExecutionEvent.LabelsSet(MergeLabels(state.Header.Labels ?? [], [new Label(Label.Restarted, "true")])));
        GoOn();
        return null;
    }

    // What was stopped because the execution was ended over it is as unfinished as what failed.
    private bool IsToRestart(RunNode run) =>
        (run.State is StateType.FAILED or StateType.PAUSED || (run.State == StateType.KILLED && state.Current is StateType.FAILED or StateType.CANCELLED))
        && run.Task?.Branch == TaskBranch.Tasks && !IsBehind(run) && !(run.IsInDirectory && !run.Parent!.IsTerminated);

    /// <summary>It belongs to what runs after the tasks: an errors, finally or afterExecution branch at any level.</summary>
    private static bool IsBehind(RunNode? run)
    {
        for (; run is not null; run = run.Parent)
        {
            if (run.Task?.Branch is TaskBranch.Errors or TaskBranch.Finally or TaskBranch.AfterExecution or TaskBranch.OnPause)
            {
                return true;
            }
        }

        return false;
    }

    // A flowable task goes on with its children, or looks for them again; everything else begins anew.
    private void Begin(RunNode node)
    {
        var goesOn = node.Task?.Plugin is IFlowableTask ? node.State != StateType.PAUSED : node.Children.Count > 0 && node.State != StateType.PAUSED && node.Task?.Plugin is IPauseTask;
        ChangeRun(node, goesOn ? StateType.RUNNING : StateType.RESTARTED);
    }

    public Decision? ChangeTaskRunState(string taskRunId, StateType to)
    {
        if (!state.Current.CanChangeTaskRunState)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"The state of a task run can be changed once the execution is terminated, current state is '{state.Current}'");
        }

        if (state.Find(taskRunId) is not { } node)
        {
            return Decision.Refuse(RefusalCode.NotFound, $"Task run '{taskRunId}' does not exist in execution '{state.Id}'");
        }

        if (!to.IsTerminated)
        {
            return Decision.Refuse(RefusalCode.Invalid, $"A task run can't be changed to '{to}'");
        }

        if (IsBehind(node))
        {
            return Decision.Refuse(RefusalCode.Invalid, $"The task run '{taskRunId}' runs after the tasks and is not kept when they go on; change the state of one of the tasks");
        }

        CancelTimers([node]);
        GoBack([node], changed =>
        {
            var attempts = changed.Run.Attempts is { Count: > 0 } existing ? CloseLast(existing, to) : changed.Run.Attempts;
            SetRun(changed.Run with { State = changed.Run.State.With(to, now), Attempts = attempts });
        });
        if (to == StateType.CANCELLED)
        {
            Cancel();
        }
        else
        {
            GoOn();
        }

        return null;
    }

    public Decision? ChangeExecutionState(StateType to)
    {
        if (!state.Current.IsTerminated || state.Current == StateType.KILLED)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"The state of an execution can be changed once it is terminated, current state is '{state.Current}'");
        }

        if (!to.IsTerminated)
        {
            return Decision.Refuse(RefusalCode.Invalid, $"'{to}' is not a terminal state");
        }

        ChangeState(to);
        return null;
    }

    public Decision? SetLabels(IReadOnlyList<Label> labels)
    {
        if (!state.Current.IsTerminated)
        {
            return Decision.Refuse(RefusalCode.IllegalState, "The execution is not terminated");
        }

        if (labels.FirstOrDefault(label => label.IsSystem && !(state.Header.Labels ?? []).Contains(label)) is { Key: { } key })
        {
            return Decision.Refuse(RefusalCode.Invalid, $"System labels can only be set by Kestra itself, offending label: {key}");
        }

        var system = (state.Header.Labels ?? []).Where(label => label.IsSystem).ToList();
        Fact(new ExecutionEvent.LabelsSet(MergeLabels(labels, system)));
        return null;
    }

    public Decision? ForceRun()
    {
        switch (state.Current)
        {
            case StateType.CREATED or StateType.QUEUED:
                if (state.Current == StateType.CREATED)
                {
                    WatchDurations();
                }

                Do(new Effect.CancelTimer(Key("schedule", "start")));
                if (Program.Flow.Concurrency is not null)
                {
                    Do(new Effect.HoldSlot());
                }

                ChangeState(StateType.RUNNING);
                Go();
                return null;
            case StateType.PAUSED:
                return Resume(null, null, isForced: true);
            case var current when current.IsTerminated:
                return Decision.Refuse(RefusalCode.IllegalState, "Only non terminated executions can be forced run.");
            default:
                foreach (var node in state.Runs.Where(run => run.State.IsCreated && run.Sent is null))
                {
                    steps.Enqueue(new Step.Submit(node));
                }

                return null;
        }
    }

    public Decision? Unqueue(StateType to)
    {
        if (state.Current != StateType.QUEUED)
        {
            return Decision.Refuse(RefusalCode.IllegalState, "Only QUEUED execution can be unqueued");
        }

        switch (to)
        {
            case StateType.RUNNING:
                return ForceRun();
            case StateType.CANCELLED or StateType.FAILED:
                EndByDecree(to);
                return null;
            default:
                return Decision.Refuse(RefusalCode.Invalid, $"A queued execution can be unqueued to RUNNING, CANCELLED or FAILED, not to {to}");
        }
    }

    public Decision? ResumeFromBreakpoint(IReadOnlyList<Breakpoint>? breakpoints)
    {
        if (state.Current != StateType.BREAKPOINT)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"Execution '{state.Id}' is not suspended at a breakpoint, current state is '{state.Current}'");
        }

        var stopped = state.Runs.Where(run => run.State == StateType.BREAKPOINT).ToList();
        Fact(new ExecutionEvent.BreakpointsSet(breakpoints ?? [.. (state.Header.Breakpoints ?? []).Where(breakpoint => !stopped.Exists(run => Matches(breakpoint, run)))]));
        ChangeState(StateType.RUNNING);
        foreach (var node in stopped)
        {
            ChangeRun(node, StateType.CREATED);
        }

        // One of them may end the execution, and the others with it.
        foreach (var node in stopped.Where(node => node.State == StateType.CREATED))
        {
            SubmitUnlessSkipped(node, node.Task!);
        }

        ReleaseDeferred();
        return null;
    }

    private bool MatchesBreakpoint(RunNode node) => !state.Current.IsTerminated && node.State == StateType.CREATED
        && state.Header.Breakpoints is { Count: > 0 } breakpoints && breakpoints.Any(breakpoint => Matches(breakpoint, node));

    private static bool Matches(Breakpoint breakpoint, RunNode node) => breakpoint.Id == node.Run.TaskId && (breakpoint.Value is null || breakpoint.Value == node.Run.Value);

    /// <summary>Everything that is about to begin and matches stops together.</summary>
    private void StopAtBreakpoint()
    {
        foreach (var node in state.Runs.Where(run => run.Sent is null && run.Waiting is null && MatchesBreakpoint(run)).ToList())
        {
            ChangeRun(node, StateType.BREAKPOINT);
        }

        MoveTo(StateType.BREAKPOINT);
    }

    private void CancelTimers(IReadOnlyList<RunNode> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.State == StateType.RETRYING)
            {
                Do(new Effect.CancelTimer(Key("retry", node.Id)));
            }
            else if (node.State == StateType.PAUSED && node.Task?.Plugin is ILoopingTask)
            {
                Do(new Effect.CancelTimer(Key("loop", node.Id)));
            }
            else if (node.State == StateType.PAUSED)
            {
                Do(new Effect.CancelTimer(Key("pause", node.Id)));
                Do(new Effect.CancelTimer(Key("pause-timeout", node.Id)));
            }
        }
    }

    /// <summary>Takes what followed a failure out again and sets runs back, with the flowable tasks around them.</summary>
    private void GoBack(IReadOnlyList<RunNode> targets, Action<RunNode> change)
    {
        var ancestors = targets.SelectMany(Above).ToHashSet();
        var directories = ancestors.Concat(targets).Where(node => node.Task?.IsWorkingDirectory == true).ToHashSet();
        RemoveRuns(node => node.Task?.Branch is TaskBranch.Errors or TaskBranch.Finally or TaskBranch.AfterExecution, directories);
        foreach (var target in targets.Where(node => state.Find(node.Id) is not null && !ancestors.Contains(node)))
        {
            change(target);
        }

        foreach (var ancestor in ancestors)
        {
            ChangeRun(ancestor, directories.Contains(ancestor) ? StateType.RESTARTED : StateType.RUNNING);
        }
    }

    // A pause that begins anew starts its task again.
    private void RemoveOnPauses(List<RunNode> targets)
    {
        var pauses = targets.Where(static target => target.Task?.OnPause is not null && (target.State == StateType.PAUSED || target.Children.Count == 0)).ToList();
        if (pauses.Count > 0)
        {
            RemoveRuns(run => pauses.Exists(pause => pause.Task!.OnPause == run.Task && pause.Run.Value == run.Run.Value && pause.Run.Iteration == run.Run.Iteration), []);
        }
    }

    private static IEnumerable<RunNode> Above(RunNode node)
    {
        for (var ancestor = node.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            yield return ancestor;
        }
    }

    private void RemoveRuns(Func<RunNode, bool> first, HashSet<RunNode> emptied)
    {
        var removed = new HashSet<RunNode>();
        foreach (var run in state.Runs)
        {
            if (first(run) || (run.Parent is { } parent && (removed.Contains(parent) || emptied.Contains(parent))))
            {
                removed.Add(run);
            }
        }

        if (removed.Count > 0)
        {
            Fact(new ExecutionEvent.RunsRemoved([.. removed.Select(run => run.Id)]));
        }
    }

    /// <summary>Runs the execution on from its task runs as they are now.</summary>
    private void GoOn()
    {
        hadEnded = false;
        var afterFailure = state.Current == StateType.FAILED;
        Fact(new ExecutionEvent.MetadataSet(NextAttempt()));
        ChangeState(StateType.RESTARTED);
        ForgetScopes();
        if (afterFailure || Program.Fault is not null)
        {
            Admit();
        }
        else
        {
            if (Program.Flow.Concurrency is not null)
            {
                Do(new Effect.HoldSlot());
            }

            Go();
        }
    }

    // Nothing runs in between, so that nothing can begin.
    private void Cancel()
    {
        hadEnded = false;
        Fact(new ExecutionEvent.MetadataSet(NextAttempt()));
        ForgetScopes();
        ChangeState(StateType.CANCELLED);
        StopRuns(Unfinished.Completed, cascade: false);
        BeginAfterExecution();
    }

    // What workers and subflows still have in hand stays with them.
    private void ForgetScopes()
    {
        state.Scope = null;
        state.AwaitsOutputs = false;
        state.Deferred.Clear();
        state.OpenJobs = 0;
        foreach (var run in state.Runs)
        {
            LeaveScope(run);
            run.Owner = null;
            run.Waiting = null;
            state.OpenJobs += run.Sent is null ? 0 : 1;
        }
    }
}
