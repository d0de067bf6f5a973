using System.Text;
using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model.Durations;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Engine.Deciding;

/// <content>Pauses: by a task, by hand, and how they end.</content>
internal sealed partial class Pass
{
    private void BeginPause(RunNode node, IPauseTask pause)
    {
        if (state.Current.IsTerminated)
        {
            FailRun(node, "The execution has ended, a pause can't hold it any more");
            return;
        }

        SetRunning(node);
        LimitPause(node, pause);
    }

    private void LimitPause(RunNode node, IPauseTask pause)
    {
        var variables = VariableTree.Of(state, node);
        if (node.Task!.IsPure)
        {
            Answer(node, () => PauseLimit(node, pause, TextRenderer(variables, CancellationToken.None)), limit => EnterPause(node, (PauseLimits)limit!));
        }
        else
        {
            Ask(node, "pause", cancellation => PauseLimit(node, pause, TextRenderer(variables, cancellation)));
        }
    }

    private void EnterPause(RunNode node, PauseLimits limit)
    {
        ChangeRun(node, StateType.PAUSED);
        PauseExecution();
        if (limit.Duration is { } duration)
        {
            Do(new Effect.SetTimer(Key(limit.IsTimeout ? "pause-timeout" : "pause", node.Id), now + duration, Encoding.ASCII.GetBytes(limit.Behavior.ToString())));
        }

        if (node.Task!.OnPause is { } task && !task.Definition.Disabled)
        {
            StartDetached(node, task);
        }
    }

    // It belongs to no list of tasks. The value and the number of the pause tell those of a loop apart.
    private void StartDetached(RunNode pause, TaskNode task)
    {
        var run = new TaskRun
        {
            TenantId = state.TenantId,
            Id = ids.Next(),
            ExecutionId = state.Id,
            Namespace = state.Namespace,
            FlowId = state.FlowId,
            TaskId = task.Id,
            Value = pause.Run.Value,
            Iteration = pause.Run.Iteration,
            State = State.Created(now),
        };
        Fact(new ExecutionEvent.RunSet(run));
        steps.Enqueue(new Step.Submit(state.Find(run.Id)!));
    }

    private static PauseLimits PauseLimit(RunNode node, IPauseTask pause, Func<string, string?> render)
    {
        if (pause.PauseDuration is { } duration && render(duration) is { Length: > 0 } text)
        {
            return new PauseLimits(IsoDuration.Parse(text), IsTimeout: false, BehaviorOf(render(pause.Behavior)));
        }

        return node.Task!.Definition.Timeout is { } timeout && render(timeout) is { Length: > 0 } limit
            ? new PauseLimits(IsoDuration.Parse(limit), IsTimeout: true, PauseBehavior.FAIL)
            : new PauseLimits(null, false, PauseBehavior.RESUME);
    }

    private static PauseBehavior BehaviorOf(string? text) => Enum.TryParse<PauseBehavior>(text, out var behavior) && Enum.IsDefined(behavior)
        ? behavior
        : throw new FormatException($"The behavior '{text}' of a pause is none of {string.Join(", ", Enum.GetNames<PauseBehavior>())}");

    /// <param name="isForced">Nobody has answered what the pause asks for.</param>
    public Decision? Resume(IReadOnlyDictionary<string, object?>? inputs, string? by, bool isForced = false)
    {
        if (state.Current != StateType.PAUSED)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"Execution '{state.Id}' is not paused, can't resume it");
        }

        if (FirstPause() is { } node)
        {
            CancelTimers([node]);
            EndPause(node, StateType.SUCCESS, isForced ? null : inputs ?? new OrderedDictionary<string, object?>(), by, StateType.SUCCESS);
            return null;
        }

        if (state.Runs.FirstOrDefault(run => run.State == StateType.PAUSED) is { } loop)
        {
            return Decision.Refuse(RefusalCode.IllegalState, $"Execution '{state.Id}' waits for the next iteration of the task '{loop.Run.TaskId}' and goes on by itself");
        }

        ChangeState(StateType.RUNNING);
        ReleaseDeferred();
        return null;
    }

    private RunNode? FirstPause() => state.CountOf(StateType.PAUSED) == 0 ? null : state.Runs.FirstOrDefault(run => run.State == StateType.PAUSED && run.Task?.Plugin is IPauseTask);

    private void PauseTimedOut(RunNode node, ReadOnlyMemory<byte> behavior)
    {
        if (node.State != StateType.PAUSED || node.Task?.Plugin is not IPauseTask)
        {
            return;
        }

        var target = BehaviorOf(Encoding.ASCII.GetString(behavior.Span)) switch
        {
            PauseBehavior.WARN => Allowed(node, StateType.WARNING),
            PauseBehavior.CANCEL => StateType.CANCELLED,
            PauseBehavior.FAIL => FailState(node),
            _ => StateType.SUCCESS,
        };
        EndPause(node, target, null, null, target);
    }

    private void EndPause(RunNode node, StateType target, IReadOnlyDictionary<string, object?>? inputs, string? by, StateType recorded)
    {
        SetRun(node.Run with { Outputs = ResumeOutputs(inputs, by, recorded) });
        Fact(new ExecutionEvent.MetadataSet(NextAttempt()));
        if (target == StateType.CANCELLED)
        {
            CloseUpwards(node, target);
            EndByDecree(StateType.CANCELLED);
            return;
        }

        var below = TasksBelow(node);
        if (below.Count > 0 && target == StateType.SUCCESS)
        {
            ChangeRun(node, StateType.RUNNING);
            RestartAfterPause();
            Follow(node, new FlowablePlan { Tasks = below });
            return;
        }

        CloseRun(node, target);
        RestartAfterPause();
        Ended(node);
    }

    private static List<TaskDefinition> TasksBelow(RunNode node) => [.. ((node.Task!.Plugin as IPauseTask)?.Tasks ?? []).Where(task => !task.Disabled)];

    private void RestartAfterPause()
    {
        if (state.Current == StateType.PAUSED && state.CountOf(StateType.PAUSED) == 0)
        {
            ChangeState(StateType.RESTARTED);
            ChangeState(StateType.RUNNING);
            ReleaseDeferred();
        }
    }

    private ExecutionMetadata NextAttempt() => state.Header.Metadata is { } metadata
        ? metadata with { AttemptNumber = metadata.AttemptNumber + 1 }
        : new ExecutionMetadata(2, state.State.StartDate);

    private OrderedDictionary<string, object?> ResumeOutputs(IReadOnlyDictionary<string, object?>? inputs, string? by, StateType to)
    {
        var outputs = new OrderedDictionary<string, object?>();
        if (inputs is not null)
        {
            outputs["onResume"] = StoredValues.Of(new OrderedDictionary<string, object?>(inputs.Where(input => input.Value is not null))) ?? new OrderedDictionary<string, object?>();
        }

        var resumed = new OrderedDictionary<string, object?>();
        if (by is not null)
        {
            resumed["by"] = by;
        }

        resumed["on"] = LocalDateTimePattern.ExtendedIso.Format(now.InUtc().LocalDateTime);
        resumed["to"] = to.ToString();
        outputs["resumed"] = resumed;
        return outputs;
    }

    public Decision? Hold()
    {
        if (state.Current != StateType.RUNNING)
        {
            return Decision.Refuse(RefusalCode.IllegalState, "The execution is not running");
        }

        ChangeState(StateType.PAUSED);
        return null;
    }

    /// <param name="Behavior">What is done when the time is over.</param>
    private sealed record PauseLimits(Duration? Duration, bool IsTimeout, PauseBehavior Behavior);
}
