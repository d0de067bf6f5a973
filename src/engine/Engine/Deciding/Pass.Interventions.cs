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

        var targets = state.Runs.Where(run => run.State is StateType.FAILED or StateType.PAUSED && run.Task?.Branch is TaskBranch.Tasks or null).ToList();
        if (targets.Count == 0)
        {
            return Decision.Refuse(RefusalCode.Invalid, "No task found to restart execution from!");
        }

        if (revision is { } number && number != state.Header.FlowRevision)
        {
            Fact(new ExecutionEvent.RevisionSet(number));
        }

        CancelTimers(targets);
        GoBack(targets, node => SetRun(node, node.Run with { State = node.Run.State.With(StateType.RESTARTED, now) }));
        var labels = MergeLabels(state.Header.Labels ?? [], [new Label(Label.Restarted, "true")]);
        Fact(new ExecutionEvent.LabelsSet(labels));
        var afterFailure = state.Current == StateType.FAILED;
        GoOn(afterFailure);
        return null;
    }

    public Decision? ChangeTaskRunState(string taskRunId, StateType to)
    {
        if (!(state.Current.CanChangeTaskRunState || state.Current == StateType.PAUSED))
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"The state of a task run can be changed once the execution is terminated, current state is '{state.Current}'");
        }

        if (state.Find(taskRunId) is not { } node)
        {
            return Decision.Refuse(RefusalCode.NotFound, $"Task run '{taskRunId}' does not exist in execution '{state.Id}'");
        }

        if (!to.IsTerminated && to != StateType.RUNNING)
        {
            return Decision.Refuse(RefusalCode.Invalid, $"A task run can't be changed to '{to}'");
        }

        CancelTimers([node]);
        GoBack([node], changed =>
        {
            var attempts = changed.Run.Attempts is { Count: > 0 } existing ? CloseLast(existing, to) : changed.Run.Attempts;
            SetRun(changed, changed.Run with { State = changed.Run.State.With(to, now), Attempts = attempts });
        });
        if (to == StateType.CANCELLED)
        {
            EndByDecree(StateType.CANCELLED);
            return null;
        }

        GoOn(afterFailure: false);
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
            case StateType.QUEUED or StateType.CREATED when state.RunCount == 0:
                Do(new Effect.CancelTimer(Key("schedule", "start")));
                if (Program.Flow.Concurrency is not null)
                {
                    Do(new Effect.HoldSlot());
                }

                ChangeState(StateType.RUNNING);
                Go();
                return null;
            case StateType.PAUSED:
                return Resume(null, null);
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
            SubmitUnlessSkipped(node, node.Task!);
        }

        ReleaseDeferred();
        return null;
    }

    private bool MatchesBreakpoint(RunNode node) => state.Header.Breakpoints is { Count: > 0 } breakpoints && breakpoints.Any(breakpoint => Matches(breakpoint, node));

    private static bool Matches(Breakpoint breakpoint, RunNode node) => breakpoint.Id == node.Run.TaskId && (breakpoint.Value is null || breakpoint.Value == node.Run.Value);

    private void StopAtBreakpoint(RunNode node)
    {
        ChangeRun(node, StateType.BREAKPOINT);
        if (state.Current != StateType.BREAKPOINT)
        {
            Log(null, LogLevel.INFO, "Flow is suspended at a breakpoint.");
            ChangeState(StateType.BREAKPOINT);
        }
    }

    private void CancelTimers(IReadOnlyList<RunNode> nodes)
    {
        foreach (var node in nodes.Where(run => run.State == StateType.PAUSED))
        {
            Do(new Effect.CancelTimer(Key("pause", node.Id)));
            Do(new Effect.CancelTimer(Key("pause-timeout", node.Id)));
            Do(new Effect.CancelTimer(Key("loop", node.Id)));
        }
    }

    /// <summary>Takes what followed a failure out again and sets runs back, with the flowable tasks around them.</summary>
    private void GoBack(IReadOnlyList<RunNode> targets, Action<RunNode> change)
    {
        var ancestors = new HashSet<RunNode>();
        foreach (var target in targets)
        {
            for (var ancestor = target.Parent; ancestor is not null; ancestor = ancestor.Parent)
            {
                ancestors.Add(ancestor);
            }
        }

        var directories = ancestors.Where(node => node.Task?.IsWorkingDirectory == true).Concat(targets.Where(node => node.Task?.IsWorkingDirectory == true)).ToHashSet();
        RemoveRuns(node => node.Task?.Branch is TaskBranch.Errors or TaskBranch.Finally or TaskBranch.AfterExecution, directories);
        foreach (var target in targets.Where(node => state.Find(node.Id) is not null && !(node.Task?.Plugin is IFlowableTask && ancestors.Contains(node))))
        {
            if (target.Task?.Plugin is IFlowableTask or IPauseTask && target.State == StateType.FAILED && HasChildren(target))
            {
                Reopen(target);
            }
            else
            {
                change(target);
            }
        }

        foreach (var ancestor in ancestors)
        {
            if (directories.Contains(ancestor))
            {
                SetRun(ancestor, ancestor.Run with { State = ancestor.Run.State.With(StateType.RESTARTED, now) });
            }
            else
            {
                Reopen(ancestor);
            }
        }
    }

    private bool HasChildren(RunNode node) => state.Runs.Any(run => run.Parent == node);

    private void Reopen(RunNode node) => SetRun(node, node.Run with { State = node.Run.State.With(StateType.RUNNING, now) });

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

    private void GoOn(bool afterFailure)
    {
        Fact(new ExecutionEvent.MetadataSet(NextAttempt()));
        ChangeState(StateType.RESTARTED);
        state.Scope = null;
        state.Deferred.Clear();
        foreach (var run in state.Runs)
        {
            run.Owner = null;
            run.Scope = null;
            run.Sent = null;
            run.Waiting = null;
        }

        state.OpenJobs = 0;
        children = null;
        if (afterFailure)
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

        if (state.Current == StateType.RESTARTED && (Program.Flow.Concurrency is null || !afterFailure))
        {
            ChangeState(StateType.RUNNING);
        }
    }
}
