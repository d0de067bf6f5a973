using Kestra.Hosting.Lanes;
using Kestra.Model.Durations;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins;
using Kestra.Plugins.Tasks;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>Runs one attempt of one runnable task: context, timeout, kill, failure, outputs.</summary>
internal sealed class AttemptRunner(RunServices services, ILogSink sink, WorkerOptions options, RunMasks masks, ResultLimit limit)
{
    /// <param name="directory">The folder to run in; shared with others inside a WorkingDirectory, in which case the caller removes it.</param>
    /// <returns>Null when the worker stopped in the middle: the attempt has no result and runs again.</returns>
    public async Task<AttemptOutcome?> RunAsync(RunIdentity run, TaskDefinition task, IRunnableTask plugin, IReadOnlyDictionary<string, object?> variables, IWorkingDirectory directory, RunCancellation cancellation)
    {
        using var file = task.LogToFile ? new LogFile(sink, options, services.Ids) : null;
        var mask = masks.Of(run.ExecutionId);
        var logger = new RunLogger(run, task.LogLevel ?? LogLevel.TRACE, file ?? sink, mask, options, services.Time);
        var metrics = new RunMetrics(run, sink, services.Time);
        var context = new RunContext(run, variables, services, logger, metrics, mask, directory, services.ConfigurationOf(plugin), cancellation.Token);
        var outcome = await RunAsync(task, plugin, context, run, cancellation) is { } ended ? limit.Hold(ended, run.TaskRun!, logger) : null;
        return file is null || outcome is null ? outcome : await WithLogAsync(outcome, file, context, run);
    }

    // A log that can't be kept does not change how the run ended. Its lines are lost; the loss is told where the lines of other runs go.
    private async Task<AttemptOutcome> WithLogAsync(AttemptOutcome outcome, LogFile file, RunContext context, RunIdentity run)
    {
        try
        {
            return outcome with { LogFile = await file.StoreAsync(context.Storage) };
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            IRunLogger logger = new RunLogger(run, LogLevel.TRACE, sink, masks.Of(run.ExecutionId), options, services.Time);
            logger.Warn($"The log file can't be stored: {error.Message}");
            return outcome;
        }
    }

    private async Task<AttemptOutcome?> RunAsync(TaskDefinition task, IRunnableTask plugin, RunContext context, RunIdentity run, RunCancellation cancellation)
    {
        var started = Now;
        try
        {
            var timeout = Timeout(task, context);
            await using var alarm = StartTimer(timeout, cancellation);
            var result = await TaskCacheEntries.GetOrRunAsync(task, context, () => RunWithinGraceAsync(plugin, context, cancellation), cancellation.Token);
            return Ended(result.State ?? StateType.SUCCESS, Checked(result.Outputs, run), started);
        }
        catch (Exception error)
        {
            return Failed(error, run, task, context, cancellation, started);
        }
    }

    private Instant Now => Instant.FromDateTimeOffset(services.Time.GetUtcNow());

    private AttemptOutcome Ended(StateType state, IReadOnlyDictionary<string, object?>? outputs, Instant started) => new(state, outputs, started, Now);

    // A task that does not react to its cancellation is left behind: its result is given without it.
    private async Task<TaskResult> RunWithinGraceAsync(IRunnableTask plugin, IRunContext context, RunCancellation cancellation)
    {
        var running = Task.Run(() => plugin.RunAsync(context, cancellation.Token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested && !running.IsCompleted)
        {
            return await running.WaitAsync(options.CancellationGracePeriod, services.Time);
        }
    }

    private AttemptOutcome? Failed(Exception error, RunIdentity run, TaskDefinition task, RunContext context, RunCancellation cancellation, Instant started)
    {
        var outputs = (error as TaskFailedException)?.Outputs;
        switch (cancellation.Reason)
        {
            case CancelReason.Killed:
                return Ended(StateType.KILLED, outputs, started);
            case CancelReason.Stopping:
                return null;
            case CancelReason.TimedOut:
                context.Logger.Error($"Timeout after {ClockDuration.Format(Timeout(task, context) ?? Duration.Zero)}");
                return Ended(StateType.FAILED, outputs, started);
        }

        context.Logger.Error(error.Message);
        if (error is not TaskFailedException)
        {
            context.Logger.Trace(error.ToString());
        }

        return Ended(StateType.FAILED, Checked(outputs, run), started);
    }

    private static Duration? Timeout(TaskDefinition task, RunContext context)
    {
        var text = context.Render(task.Timeout);
        return string.IsNullOrWhiteSpace(text) ? null : IsoDuration.Parse(text);
    }

    private ITimer? StartTimer(Duration? timeout, RunCancellation cancellation) => timeout is { } limit
        ? services.Time.CreateTimer(_ => cancellation.Cancel(CancelReason.TimedOut), null, limit.ToTimeSpan(), System.Threading.Timeout.InfiniteTimeSpan)
        : null;

    private OrderedDictionary<string, object?> Checked(IReadOnlyDictionary<string, object?>? outputs, RunIdentity run) =>
        RunOutputs.Check(outputs, options.OutputBytes, $"task '{run.TaskRun?.TaskId}'");
}
