using Kestra.Engine;
using Kestra.Engine.Deciding;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>Runs a WorkingDirectory: its children one after the other in one folder, each reported as it goes.</summary>
internal sealed class WorkingDirectoryRunner(AttemptRunner attempts, RunServices services, ILogSink sink, WorkerOptions options, RunMasks masks, IExecutionCommands commands, WorkerIdentity identity, ResultLimit limit)
{
    public async Task<AttemptOutcome?> RunAsync(RunIdentity run, WorkerJob job, IWorkingDirectory directory, RunCancellation cancellation, CancellationToken stopping)
    {
        var task = (IWorkingDirectoryTask)job.Plugin;
        var started = Now;
        var mask = masks.Of(run.ExecutionId);
        IRunLogger logger = new RunLogger(run, job.Task.LogLevel ?? Model.Logs.LogLevel.TRACE, sink, mask, options, services.Time);
        var context = new RunContext(run, job.Variables, services, logger, new RunMetrics(run, sink, services.Time), mask, directory, services.ConfigurationOf(task), cancellation.Token);
        try
        {
            await task.PrepareAsync(context, cancellation.Token);
        }
        catch (Exception error) when (cancellation.Reason == CancelReason.None)
        {
            logger.Error($"Failed preExecuteTasks on WorkingDirectory: {error.Message}");
            return new AttemptOutcome(StateType.FAILED, null, started, Now);
        }

        StateType? state;
        try
        {
            state = await RunChildrenAsync(job, task, run, directory, cancellation, stopping);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested && error is not OutOfMemoryException)
        {
            // Whatever happens between the children, the task must come to an end.
            if (cancellation.Reason == CancelReason.None)
            {
                logger.Error(error.Message);
            }

            state = cancellation.Reason == CancelReason.Killed ? StateType.KILLED : StateType.FAILED;
        }

        if (cancellation.Reason == CancelReason.Stopping || state is null)
        {
            return null;
        }

        return limit.Hold(await CompleteAsync(task, context, logger, state.Value, started, cancellation), job.TaskRun, logger);
    }

    private Instant Now => Instant.FromDateTimeOffset(services.Time.GetUtcNow());

    private async Task<StateType?> RunChildrenAsync(WorkerJob job, IWorkingDirectoryTask task, RunIdentity run, IWorkingDirectory directory, RunCancellation cancellation, CancellationToken stopping)
    {
        var worst = StateType.SUCCESS;
        var outputs = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var child in task.Tasks.Where(child => !child.Disabled))
        {
            var ended = await RunChildAsync(job, child, run, outputs, directory, cancellation, stopping);
            if (ended is null)
            {
                return null;
            }

            if (ended.Outputs is { Count: > 0 })
            {
                outputs[child.Id] = Nested(OutputsBefore(job).GetValueOrDefault(child.Id), ValuesAround(job), ended.Outputs);
            }

            if (ended.State.Current is StateType.FAILED or StateType.KILLED)
            {
                return ended.State.Current;
            }

            worst = ended.State.Current == StateType.WARNING ? StateType.WARNING : worst;
        }

        return worst;
    }

    private async Task<TaskRun?> RunChildAsync(WorkerJob job, TaskDefinition child, RunIdentity parent, OrderedDictionary<string, object?> outputs, IWorkingDirectory directory, RunCancellation cancellation, CancellationToken stopping)
    {
        var node = job.Program.Find(child.Id)!;
        var run = new TaskRun
        {
            TenantId = job.TenantId,
            Id = services.Ids.Next(),
            ExecutionId = job.ExecutionId,
            Namespace = job.Namespace,
            FlowId = job.FlowId,
            TaskId = child.Id,
            ParentTaskRunId = job.TaskRun.Id,
            State = State.Created(Now),
        };
        await ReportAsync(job, run, stopping);
        for (var attempt = 0; ; attempt++)
        {
            var variables = Variables(job, child, run, outputs);
            var identityOfRun = parent with { TaskRun = run, Attempt = attempt };
            if (attempt == 0 && NotRun(node, variables, identityOfRun, cancellation) is { } instead)
            {
                run = run with { State = run.State.With(instead, Now), Attempts = [new TaskRunAttempt(State.Created(Now).With(instead, Now))] };
                await ReportAsync(job, run, stopping);
                return run;
            }

            run = run with { State = run.State.With(StateType.RUNNING, Now) };
            identityOfRun = identityOfRun with { TaskRun = run };
            if (node.Plugin is not IRunnableTask plugin)
            {
                throw new TaskFailedException($"The task '{child.Id}' of type '{child.Type}' can't run inside a WorkingDirectory.");
            }

            var outcome = await attempts.RunAsync(identityOfRun, child, plugin, variables, directory, cancellation);
            if (outcome is null)
            {
                return null;
            }

            run = outcome.AddTo(run, identity.Id);
            if (outcome.State != StateType.FAILED || Again(child, run.Attempts!, outcome.EndedAt) is not { } at)
            {
                run = run with { State = run.State.With(Mapped(outcome.State, run.Attempts!.Count, child), outcome.EndedAt) };
                await ReportAsync(job, run, stopping);
                return run;
            }

            run = run with { State = run.State.With(StateType.FAILED, outcome.EndedAt).With(StateType.RETRYING, Now) };
            await Task.Delay(Duration.Max(at - Now, Duration.Zero).ToTimeSpan(), services.Time, cancellation.Token);
            run = run with { State = run.State.With(StateType.CREATED, Now) };
        }
    }

    /// <summary>When a failed child is tried again, by its own retry; null when it is not.</summary>
    private Instant? Again(TaskDefinition child, IReadOnlyList<TaskRunAttempt> attempts, Instant failedAt) =>
        child.Retry is { } retry ? RetryDelays.Next(retry, attempts.Count, attempts[0].State.StartDate, failedAt, services.Ids) : null;

    private static StateType Mapped(StateType state, int attempts, TaskDefinition child) => state switch
    {
        StateType.SUCCESS when attempts > 1 && child.Retry?.WarningOnRetry == true => child.AllowWarning ? StateType.SUCCESS : StateType.WARNING,
        StateType.FAILED when child.AllowFailure => child.AllowWarning ? StateType.SUCCESS : StateType.WARNING,
        StateType.WARNING when child.AllowWarning => StateType.SUCCESS,
        _ => state,
    };

    /// <returns>What the run ends as instead of running; null when it runs.</returns>
    private StateType? NotRun(TaskNode node, IReadOnlyDictionary<string, object?> variables, RunIdentity run, RunCancellation cancellation)
    {
        try
        {
            return RunsIf(node, variables, run, cancellation) ? null : StateType.SKIPPED;
        }
        catch (Exception error) when (cancellation.Reason == CancelReason.None && error is not OutOfMemoryException)
        {
            IRunLogger logger = new RunLogger(run, node.Definition.LogLevel ?? Model.Logs.LogLevel.TRACE, sink, masks.Of(run.ExecutionId), options, services.Time);
            logger.Error($"Failed to evaluate the runIf condition for task {node.Id}. Cause: {error.Message}");
            return StateType.FAILED;
        }
    }

    private bool RunsIf(TaskNode node, IReadOnlyDictionary<string, object?> variables, RunIdentity run, RunCancellation cancellation)
    {
        if (node.RunIf is not { } condition)
        {
            return true;
        }

        var host = services.ExpressionHost(run.Namespace, run.TenantId, run.FlowId, run.ExecutionId, masks.Of(run.ExecutionId).Add);
        return ValueConversion.IsTruthy(condition.Render(new RenderContext(DecryptedVariables.Of(variables, services.Encryption is { } encryption ? encryption.Decrypt : null), host, cancellation.Token)));
    }

    // Children see the outputs of those before them, which the engine does not know yet.
    private static OverlaidVariables Variables(WorkerJob job, TaskDefinition child, TaskRun run, OrderedDictionary<string, object?> outputs)
    {
        var taskrun = new OrderedDictionary<string, object?> { ["id"] = run.Id, ["startDate"] = run.State.StartDate, ["attemptsCount"] = run.Attempts?.Count ?? 0, ["parentId"] = run.ParentTaskRunId };
        if (job.TaskRun.Value is { } value)
        {
            // Its own, as expressions see it: a directory has no level of its own.
            taskrun["value"] = value;
        }

        var front = new OrderedDictionary<string, object?>
        {
            ["outputs"] = new OverlaidVariables(new OrderedDictionary<string, object?>(outputs), OutputsBefore(job)),
            ["task"] = new OrderedDictionary<string, object?> { ["id"] = child.Id, ["type"] = child.Type },
            ["taskrun"] = taskrun,
        };
        return new OverlaidVariables(front, job.Variables);
    }

    private static IReadOnlyDictionary<string, object?> OutputsBefore(WorkerJob job) =>
        job.Variables.TryGetValue("outputs", out var given) && given is IReadOnlyDictionary<string, object?> map ? map : EmptyVariables.Instance;

    /// <summary>Values of the loops around the directory, outermost first, and its own.</summary>
    private static List<string> ValuesAround(WorkerJob job)
    {
        var parents = job.Variables.GetValueOrDefault("parents") as IReadOnlyList<object?> ?? [];
        return
        [
            .. parents.Reverse().Select(static parent => ((parent as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("taskrun") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("value") as string).OfType<string>(),
            .. job.TaskRun.Value is { } own ? [own] : Array.Empty<string>(),
        ];
    }

    // What other values have left behind stays beside.
    private static IReadOnlyDictionary<string, object?> Nested(object? before, IEnumerable<string> values, IReadOnlyDictionary<string, object?> outputs)
    {
        if (values.FirstOrDefault() is not { } value)
        {
            return outputs;
        }

        var level = new OrderedDictionary<string, object?>(before as IReadOnlyDictionary<string, object?> ?? EmptyVariables.Instance, StringComparer.Ordinal);
        level[value] = Nested(level.GetValueOrDefault(value), values.Skip(1), outputs);
        return level;
    }

    private ValueTask ReportAsync(WorkerJob job, TaskRun run, CancellationToken stopping) =>
        commands.PostAsync(job.Request(new Command.ChildReported(run)), stopping);

    private async Task<AttemptOutcome> CompleteAsync(IWorkingDirectoryTask task, RunContext context, IRunLogger logger, StateType state, Instant started, RunCancellation cancellation)
    {
        if (state is StateType.FAILED or StateType.KILLED)
        {
            return new AttemptOutcome(cancellation.Reason == CancelReason.Killed ? StateType.KILLED : state, null, started, Now);
        }

        try
        {
            var outputs = await task.CompleteAsync(context, cancellation.Token);
            return new AttemptOutcome(state, outputs, started, Now);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            logger.Error($"Failed postExecuteTasks on WorkingDirectory: {error.Message}");
            return new AttemptOutcome(StateType.FAILED, null, started, Now);
        }
    }
}
