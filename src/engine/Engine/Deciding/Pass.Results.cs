using Kestra.Engine.Running;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Engine.Deciding;

/// <content>What comes back from workers and from the outside.</content>
internal sealed partial class Pass
{
    public void TaskStarted(Command.TaskStarted started)
    {
        if (state.Find(started.TaskRunId) is not { } node || node.Sent != started.Attempt || node.IsTerminated || node.AttemptCount > started.Attempt)
        {
            return;
        }

        var attempt = new TaskRunAttempt(State.Created(started.StartedAt).With(StateType.RUNNING, started.StartedAt), started.WorkerId);
        SetRun(node.Run with { State = node.Run.State.With(StateType.RUNNING, started.StartedAt), Attempts = Append(node, attempt) });
    }

    public void TaskEnded(Command.TaskResult result)
    {
        if (state.Find(result.TaskRunId) is not { } node || node.Sent != result.Attempt)
        {
            return;
        }

        AnswerJob(node);
        if (result is { State: StateType.KILLED, WorkerId: null } && node.State.IsCreated)
        {
            EndUnbegun(node);
            return;
        }

        foreach (var run in result.DynamicTaskRuns ?? [])
        {
            SetRun(run);
        }

        CloseDirectory(node);
        var attempts = EndedAttempts(node, result);
        if (node.IsTerminated)
        {
            // Decided otherwise in the meantime: the result only completes its attempt.
            SetRun(node.Run with { Attempts = attempts });
            return;
        }

        var running = node.Run.State.Current == StateType.RUNNING ? node.Run.State : node.Run.State.With(StateType.RUNNING, result.StartedAt);
        var ended = node.Run with { Attempts = attempts, Outputs = result.Outputs ?? node.Run.Outputs, State = running };
        if (result.State == StateType.FAILED && Retry(node, ended, result.EndedAt))
        {
            return;
        }

        if (EntersBranches(node, result.State))
        {
            SetRun(ended);
            OpenBranches(node, result.State);
            return;
        }

        var to = EndState(node, result.State, attempts);
        if (node.Task?.IsWorkingDirectory == true)
        {
            // Like any other task with children it has no failure of its own: the attempt is what the task is.
            ended = ended with { Attempts = EndedAttempts(node, result with { State = to }) };
        }

        SetRun(ended with { State = running.With(to, result.EndedAt) });
        Ended(node);
    }

    // An execution that can be restarted needs the number of the attempt: a late answer must not be taken for that of the next one.
    private void EndUnbegun(RunNode node)
    {
        if (state.Current == StateType.KILLED)
        {
            ChangeRun(node, StateType.KILLED);
        }
        else
        {
            CloseRun(node, StateType.KILLED);
        }

        Ended(node);
    }

    // The worker runs the tasks of a directory; what follows them runs like any other task.
    private bool EntersBranches(RunNode node, StateType result) =>
        node.Task is { IsWorkingDirectory: true } task && result != StateType.KILLED && !state.Current.IsTerminated
        && (task.Finally.Count > 0 || (result == StateType.FAILED && task.Errors.Count > 0));

    private void OpenBranches(RunNode node, StateType result)
    {
        node.Scope = new Scope(node, null, [], 1);
        node.Scope.Count(result);
        Adopt(node.Scope);
        steps.Enqueue(new Step.Advance(node.Scope));
    }

    // Children that the worker has left open are over with their directory.
    private void CloseDirectory(RunNode node)
    {
        if (node.Task?.IsWorkingDirectory == true)
        {
            foreach (var child in node.Children.Where(child => !child.IsTerminated && child.IsInDirectory).ToList())
            {
                CloseRun(child, StateType.KILLED);
            }
        }
    }

    public void ChildReported(TaskRun run)
    {
        var owner = run.ParentTaskRunId is { } parent ? state.Find(parent) : null;
        var known = state.Find(run.Id);
        if (owner is { Task.IsWorkingDirectory: true, Sent: not null } && (known is null ? !state.Current.IsTerminated : !known.IsTerminated))
        {
            SetRun(run);
        }
    }

    public void WorkerLost(string taskRunId, int attempt)
    {
        if (state.Find(taskRunId) is { Task: not null } node && node.Sent == attempt)
        {
            AnswerJob(node);
            if (node.IsTerminated)
            {
                CloseLost(node);
            }
            else
            {
                SendAgain(node, attempt);
            }
        }
    }

    /// <summary>The worker that had the run is gone: its attempt is over, and the next one begins unless too many went the same way.</summary>
    /// <param name="sent">The attempt that the worker had; null when nobody knows whether one was begun.</param>
    private void SendAgain(RunNode node, int? sent = null)
    {
        CloseDirectory(node);
        if (state.Current.IsTerminated && !IsAfterExecution(node))
        {
            CloseRun(node, StateType.KILLED);
            Ended(node);
            return;
        }

        RemoveBelow(node);
        CloseLost(node);
        if (node.AttemptCount == sent)
        {
            // It had not told of its start. Without a number of its own, its late result would be taken for that of the next one.
            SetRun(node.Run with { Attempts = Append(node, new TaskRunAttempt(State.Created(now).With(StateType.KILLED, now))) });
        }

        var lost = node.Run.Attempts?.Count(attempt => attempt.State.Current == StateType.KILLED) ?? 0;
        if (lost > Environment.ResubmissionLimit)
        {
            Log(node, LogLevel.ERROR, $"The worker was lost in the middle of the task {lost} times, which is more than the limit of {Environment.ResubmissionLimit}; the task is not started again");
            SetRun(node.Run with { State = node.Run.State.With(FailState(node), now) });
            Ended(node);
            return;
        }

        Dispatch(node, node.Task!);
    }

    private void CloseLost(RunNode node)
    {
        if (node.Run.Attempts is { Count: > 0 } attempts && !attempts[^1].State.Current.IsTerminated)
        {
            SetRun(node.Run with { Attempts = CloseLast(attempts, StateType.KILLED) });
        }
    }

    public void Evaluated(Command.Evaluated answer)
    {
        var colon = answer.EvaluationId.IndexOf(':', StringComparison.Ordinal);
        var (question, subject) = (answer.EvaluationId[..colon], answer.EvaluationId[(colon + 1)..]);
        switch (question)
        {
            case OutputsQuestion:
                TakeOutputs(answer.Value as IReadOnlyDictionary<string, object?>, answer.Error);
                break;
            case RowsQuestion:
                RowsTaken(subject, answer);
                break;
            case AssertionQuestion:
                AssertionEvaluated(subject, answer);
                break;
            default:
                if (state.Find(subject) is { Task: { } task } node && node.Waiting == question)
                {
                    Forget(node);
                    steps.Enqueue(new Step.Continue(node, pass => pass.Take(node, task, question, answer)));
                }

                break;
        }
    }

    private void Take(RunNode node, TaskNode task, string question, Command.Evaluated answer)
    {
        if (question == "runIf")
        {
            DecideRunIf(node, task, () => answer.Error is { } failure ? throw new ExpressionException(failure) : answer.Value);
        }
        else if (answer.Error is { } error)
        {
            Fail(node, question, error);
        }
        else if (question == GroupQuestion)
        {
            Dispatch(node, task, answer.Value);
        }
        else
        {
            Take(node, answer.Value!);
        }
    }

    private void Fail(RunNode node, string question, string error)
    {
        if (question is PlanQuestion or LoopQuestion)
        {
            Unresolvable(node, error);
        }
        else
        {
            FailRun(node, error);
        }
    }

    private void Take(RunNode node, object value)
    {
        switch (value)
        {
            case FlowablePlan plan:
                Follow(node, plan);
                break;
            case LoopOutcome outcome when node.Scope is { } scope:
                DecideLoop(node, scope, outcome);
                break;
            case PauseLimits limits:
                EnterPause(node, limits);
                break;
            case List<SubflowRequest> requests:
                StartBatch(node, requests);
                break;
            case SubflowRequest request:
                StartSubflow(node, request);
                break;
            case SubflowOutputs outputs:
                TakeSubflowEnd(node, outputs);
                break;
            case ExecutionUpdate update:
                ApplyUpdate(node, update);
                break;
        }
    }

    private void AnswerJob(RunNode node)
    {
        if (node.Sent is not null)
        {
            node.Sent = null;
            state.OpenJobs--;
        }
    }

    private static List<TaskRunAttempt> EndedAttempts(RunNode node, Command.TaskResult result)
    {
        var attempts = (node.Run.Attempts ?? []).ToList();
        var open = attempts.Count > result.Attempt && !attempts[result.Attempt].State.Current.IsTerminated;
        var running = open
            ? attempts[result.Attempt].State
            : State.Created(result.StartedAt).With(StateType.RUNNING, result.StartedAt);
        var ended = new TaskRunAttempt(running.With(result.State, result.EndedAt), result.WorkerId, result.LogFile);
        if (open)
        {
            attempts[result.Attempt] = ended;
        }
        else if (attempts.Count <= result.Attempt)
        {
            attempts.Add(ended);
        }

        return attempts;
    }

    private static StateType EndState(RunNode node, StateType result, List<TaskRunAttempt> attempts)
    {
        if (result == StateType.SUCCESS && attempts.Count(IsOwn) > 1 && node.Task?.Retry?.WarningOnRetry == true)
        {
            result = StateType.WARNING;
        }

        return Allowed(node, result);
    }

    /// <summary>Sets a failed run up to run again, when its retry has something left.</summary>
    /// <param name="run">As it is with the failed attempt closed.</param>
    private bool Retry(RunNode node, TaskRun run, Instant failedAt)
    {
        var mayRetry = state.Current is StateType.RUNNING or StateType.RETRYING or StateType.PAUSED or StateType.BREAKPOINT;
        if (node.Task?.Retry is not { } retry || !(mayRetry || (IsAfterExecution(node) && retry.Behavior == RetryBehavior.RETRY_FAILED_TASK)))
        {
            return false;
        }

        return retry.Behavior == RetryBehavior.CREATE_NEW_EXECUTION
            ? RetryByNewExecution(node, run, retry, failedAt)
            : RetryTask(node, run, retry, failedAt);
    }

    private static bool IsAfterExecution(RunNode node) => node.Run.ForceExecution == true;

    private bool RetryTask(RunNode node, TaskRun run, RetryDefinition retry, Instant failedAt)
    {
        // Attempts that were lost with their worker are nobody's failure.
        var attempts = run.Attempts?.Count(IsOwn) ?? 1;
        var first = run.Attempts is { Count: > 0 } list ? list[0].State.StartDate : run.State.StartDate;
        if (RetryDelays.Next(retry, attempts, first, failedAt, ids) is not { } at)
        {
            return false;
        }

        SetRun(run with { State = run.State.With(StateType.FAILED, failedAt).With(StateType.RETRYING, now) });
        if (state.Current == StateType.RUNNING)
        {
            ChangeState(StateType.RETRYING);
        }

        Do(new Effect.SetTimer(Key("retry", node.Id), at, default));
        return true;
    }

    private static bool IsOwn(TaskRunAttempt attempt) => attempt.State.Current != StateType.KILLED;

    private bool RetryByNewExecution(RunNode node, TaskRun run, RetryDefinition retry, Instant failedAt)
    {
        var metadata = state.Header.Metadata ?? new ExecutionMetadata(1, state.State.StartDate);
        if (RetryDelays.Next(retry, metadata.AttemptNumber, metadata.OriginalCreatedDate, failedAt, ids) is not { } at)
        {
            return false;
        }

        var replacement = Replays.Build(state.ToExecution(), Program, state.ReplacementId, null, null, null, at);
        SetRun(run with { State = run.State.With(StateType.FAILED, failedAt).With(StateType.RETRIED, now) });
        if (node.Parent is { } parent)
        {
            CloseUpwards(parent, StateType.RETRIED);
        }

        Do(new Effect.CreateReplacement(replacement, at));
        MoveTo(StateType.FAILED);
        ChangeState(StateType.RETRIED);
        StopRuns(Unfinished.Completed, cascade: false);
        state.Scope = null;
        return true;
    }

    private void RunAgain(RunNode node)
    {
        if (node.State != StateType.RETRYING)
        {
            return;
        }

        RemoveBelow(node);
        ChangeRun(node, StateType.CREATED);
        if (state.Current == StateType.RETRYING && state.CountOf(StateType.RETRYING) == 0)
        {
            ChangeState(StateType.RUNNING);
        }

        steps.Enqueue(new Step.Submit(node));
    }
}
