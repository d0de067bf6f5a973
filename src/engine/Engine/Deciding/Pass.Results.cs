using Kestra.Engine.Running;
using Kestra.Model.Executions;
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
        SetRun(node, node.Run with { State = node.Run.State.With(StateType.RUNNING, started.StartedAt), Attempts = Append(node, attempt) });
    }

    public void TaskEnded(Command.TaskResult result)
    {
        if (state.Find(result.TaskRunId) is not { } node || node.Sent != result.Attempt)
        {
            return;
        }

        AnswerJob(node);
        foreach (var run in result.DynamicTaskRuns ?? [])
        {
            Fact(new ExecutionEvent.RunSet(run));
        }

        var attempts = EndedAttempts(node, result);
        if (node.IsTerminated)
        {
            // Decided otherwise in the meantime (a kill): the result only completes its attempt.
            SetRun(node, node.Run with { Attempts = attempts });
            return;
        }

        var running = node.Run.State.Current == StateType.RUNNING ? node.Run.State : node.Run.State.With(StateType.RUNNING, result.StartedAt);
        var run2 = node.Run with { Attempts = attempts, Outputs = result.Outputs ?? node.Run.Outputs, State = running };
        if (result.State == StateType.FAILED && !state.Current.IsTerminated && Retry(node, run2, result.EndedAt))
        {
            return;
        }

        var to = EndState(node, result.State, attempts.Count);
        SetRun(node, run2 with { State = running.With(to, result.EndedAt) });
        Ended(node);
    }

    public void ChildReported(TaskRun run)
    {
        if (state.Find(run.Id) is { IsTerminated: true })
        {
            return;
        }

        Fact(new ExecutionEvent.RunSet(run));
    }

    public void WorkerLost(string taskRunId, int attempt)
    {
        if (state.Find(taskRunId) is { Task: { } task } node && node.Sent == attempt && !node.IsTerminated)
        {
            state.OpenJobs--;
            node.Sent = null;
            Dispatch(node, task);
        }
    }

    public void Evaluated(Command.Evaluated answer)
    {
        var colon = answer.EvaluationId.IndexOf(':', StringComparison.Ordinal);
        var question = answer.EvaluationId[..colon];
        if (question == OutputsQuestion)
        {
            TakeOutputs(answer.Value as IReadOnlyDictionary<string, object?>, answer.Error);
            return;
        }

        if (state.Find(answer.EvaluationId[(colon + 1)..]) is not { Task: { } task } node || node.Waiting != question)
        {
            return;
        }

        node.Waiting = null;
        state.OpenJobs--;
        if (node.IsTerminated)
        {
            return;
        }

        if (question == "runIf")
        {
            DecideRunIf(node, task, () => answer.Error is { } error ? throw new InvalidOperationException(error) : answer.Value);
        }
        else if (answer.Error is { } error)
        {
            FailRun(node, error);
        }
        else
        {
            Take(node, question, answer.Value!);
        }
    }

    private void Take(RunNode node, string question, object value)
    {
        switch (value)
        {
            case FlowablePlan plan:
                Follow(node, plan);
                break;
            case LoopDecision decision:
                DecideLoop(node, decision, question == $"loop-{StateType.WARNING}" ? StateType.WARNING : StateType.SUCCESS);
                break;
            case PauseLimits limits:
                EnterPause(node, limits);
                break;
            case SubflowRequest request:
                StartSubflow(node, request);
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

    private StateType EndState(RunNode node, StateType result, int attempts)
    {
        if (result == StateType.SUCCESS && attempts > 1 && node.Task?.Retry?.WarningOnRetry == true)
        {
            result = StateType.WARNING;
        }

        return Allowed(node, result);
    }

    private bool Retry(RunNode node) => Retry(node, node.Run, now);

    /// <summary>Sets a failed run up to run again, when its retry has something left.</summary>
    private bool Retry(RunNode node, TaskRun run, Instant failedAt)
    {
        if (node.Task?.Retry is not { } retry || state.Current is not (StateType.RUNNING or StateType.RETRYING or StateType.PAUSED))
        {
            return false;
        }

        return retry.Behavior == Model.Flows.RetryBehavior.CREATE_NEW_EXECUTION
            ? RetryByNewExecution(node, run, retry, failedAt)
            : RetryTask(node, run, retry, failedAt);
    }

    private bool RetryTask(RunNode node, TaskRun run, Model.Flows.RetryDefinition retry, Instant failedAt)
    {
        var attempts = run.Attempts?.Count ?? 1;
        var first = run.Attempts is { Count: > 0 } list ? list[0].State.StartDate : run.State.StartDate;
        if (RetryDelays.Next(retry, attempts, first, failedAt, ids) is not { } at)
        {
            return false;
        }

        SetRun(node, run with { State = run.State.With(StateType.FAILED, failedAt).With(StateType.RETRYING, now) });
        ChangeState(StateType.RETRYING);
        Do(new Effect.SetTimer(Key("retry", node.Id), at, default));
        return true;
    }

    private bool RetryByNewExecution(RunNode node, TaskRun run, Model.Flows.RetryDefinition retry, Instant failedAt)
    {
        var metadata = state.Header.Metadata ?? new ExecutionMetadata(1, state.State.StartDate);
        if (RetryDelays.Next(retry, metadata.AttemptNumber, metadata.OriginalCreatedDate, failedAt, ids) is not { } at)
        {
            return false;
        }

        SetRun(node, run with { State = run.State.With(StateType.FAILED, failedAt).With(StateType.RETRIED, now) });
        for (var ancestor = node.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            CloseRun(ancestor, StateType.RETRIED);
        }

        var replacement = Replays.Build(state.ToExecution(), Program, ids.Next(), null, null, null, at);
        Do(new Effect.CreateReplacement(replacement, at));
        ChangeState(StateType.FAILED);
        EndByDecree(StateType.RETRIED);
        Log(node, LogLevel.INFO, $"The execution is replaced by {replacement.Id}");
        return true;
    }

    private void RunAgain(RunNode node)
    {
        if (node.State != StateType.RETRYING)
        {
            return;
        }

        ChangeRun(node, StateType.CREATED);
        if (state.Current == StateType.RETRYING && !state.Runs.Any(run => run.State == StateType.RETRYING))
        {
            ChangeState(StateType.RUNNING);
        }

        steps.Enqueue(new Step.Submit(node));
    }
}
