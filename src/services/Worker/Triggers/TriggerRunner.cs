using System.Collections.Concurrent;
using Kestra.Hosting.Lanes;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins.Triggers;
using Kestra.Worker.Jobs;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using Microsoft.Extensions.Logging;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Kestra.Worker.Triggers;

/// <summary>Takes one trigger job from start to its answer, and knows which jobs are running, so that they can be stopped.</summary>
internal sealed partial class TriggerRunner(RunServices services, ILogSink sink, ITriggerResults results, WorkerOptions options, WorkerIdentity identity, TriggerMetrics metrics, ILogger<TriggerRunner> logger)
{
    private readonly ConcurrentDictionary<string, Run> running = new(StringComparer.Ordinal);
    private long lastNumber;

    public int Count => running.Count;

    /// <summary>Evaluates, or runs, the trigger and hands over what came out. Never throws for what a trigger does.</summary>
    /// <param name="abandoned">The worker no longer waits for anything.</param>
    /// <returns>False when another worker may take the job, because this one stops.</returns>
    public async Task<bool> RunAsync(TriggerJob job, int slot, CancellationToken abandoned)
    {
        using var cancellation = new RunCancellation();
        var run = new Run(job, cancellation, Interlocked.Increment(ref lastNumber));
        running[job.ExecutionId] = run;
        try
        {
            await using var report = ReportWhenItLasts(job, job.IsRealtime, abandoned);
            if (await MeasureAsync(job, slot, cancellation, abandoned) is { } answer)
            {
                await UntilTakenAsync(() => results.AnswerAsync(job.Evaluation, answer, abandoned), abandoned);
                return true;
            }

            return cancellation.Reason == CancelReason.Killed;
        }
        finally
        {
            running.TryRemove(job.ExecutionId, out _);
            run.Ended.SetResult();
        }
    }

    /// <summary>Stops the run of a job that nobody waits for any more.</summary>
    public void Kill(string executionId)
    {
        if (running.TryGetValue(executionId, out var run))
        {
            run.Cancellation.Cancel(CancelReason.Killed);
        }
    }

    /// <summary>Stops runs because the worker stops; the triggers are looked at again when it is back.</summary>
    public void StopAll(bool realtimeOnly)
    {
        foreach (var (_, run) in running)
        {
            if (run.Job.IsRealtime || !realtimeOnly)
            {
                run.Cancellation.Cancel(CancelReason.Stopping);
            }
        }
    }

    private async Task<TriggerAnswer?> MeasureAsync(TriggerJob job, int slot, RunCancellation cancellation, CancellationToken abandoned)
    {
        var began = services.Time.GetTimestamp();
        TriggerAnswer? answer = null;
        metrics.Started(job);
        try
        {
            return answer = await RunAsync(job, slot, cancellation, abandoned);
        }
        finally
        {
            metrics.Ended(job, answer, services.Time.GetElapsedTime(began));
        }
    }

    // One that was stopped because its trigger has changed takes a while to end, and a realtime trigger never runs twice.
    private async Task UntilFormerEndedAsync(TriggerJob job, CancellationToken stopped)
    {
        var number = running[job.ExecutionId].Number;
        foreach (var former in running.Values.Where(run => run.Job.Key == job.Key && run.Number < number))
        {
            await former.Ended.Task.WaitAsync(stopped);
        }
    }

    private async Task<TriggerAnswer?> RunAsync(TriggerJob job, int slot, RunCancellation cancellation, CancellationToken abandoned)
    {
        var key = job.Key;
        var run = new RunIdentity(key.TenantId, key.Namespace, key.FlowId, job.Flow.Revision, job.ExecutionId, null, null, key.TriggerId, null, slot);
        var mask = new SecretMask();
        // The lines belong to the trigger; the execution may never exist.
        var log = new RunLogger(run with { ExecutionId = null }, job.Definition.LogLevel ?? Model.Logs.LogLevel.TRACE, sink, mask, options, services.Time);
        var directory = new RunWorkingDirectory(options.WorkingFolder ?? Path.Combine(Path.GetTempPath(), "kestra-wd"), services.Ids);
        var context = new RunContext(run, job.Variables, services, log, new RunMetrics(run, sink, services.Time), mask, directory, services.ConfigurationOf(job.Plugin), cancellation.Token);
        try
        {
            await UntilFormerEndedAsync(job, cancellation.Token);
            return job.Plugin switch
            {
                IPollingTrigger polling => await EvaluateAsync(polling, context, cancellation),
                IRealtimeTrigger realtime => await FollowAsync(realtime, job, context, cancellation, abandoned),
                _ => throw new InvalidOperationException($"'{job.Definition.Type}' is neither a polling nor a realtime trigger."),
            };
        }
        catch (Exception error)
        {
            return Failed(error, job, log, mask, cancellation);
        }
        finally
        {
            if (directory.Remove() is { } reason)
            {
                LogFolderLeft(key.ToString(), reason);
            }
        }
    }

    private async Task<TriggerAnswer> EvaluateAsync(IPollingTrigger polling, RunContext context, RunCancellation cancellation)
    {
        await using var alarm = services.Time.CreateTimer(_ => cancellation.Cancel(CancelReason.TimedOut), null, options.TriggerTimeout, Timeout.InfiniteTimeSpan);
        var variables = await WithinGraceAsync(Task.Run(() => polling.EvaluateAsync(context, cancellation.Token), CancellationToken.None), cancellation);
        return variables is null ? new TriggerAnswer.Nothing() : new TriggerAnswer.Happened(Checked(variables));
    }

    // The next event is asked for only when the execution of this one is durable: a slow server slows the source down.
    private async Task<TriggerAnswer> FollowAsync(IRealtimeTrigger realtime, TriggerJob job, RunContext context, RunCancellation cancellation, CancellationToken abandoned)
    {
        var following = Task.Run(
            async () =>
            {
                await foreach (var variables in realtime.RunAsync(context, cancellation.Token))
                {
                    var executionId = services.Ids.Next();
                    var kept = Checked(variables);
                    if (await UntilTakenAsync(() => results.EventAsync(job.Evaluation, executionId, kept, abandoned), abandoned) == TriggerReception.Void)
                    {
                        cancellation.Cancel(CancelReason.Killed);
                        break;
                    }

                    metrics.Happened(job);
                }

                cancellation.Token.ThrowIfCancellationRequested();
                return true;
            },
            CancellationToken.None);
        await WithinGraceAsync(following, cancellation);
        context.Logger.Log(Model.Logs.LogLevel.WARN, $"[date: {job.Date.ToOffsetDateTime()}] Realtime trigger ended by itself and is started again");
        return new TriggerAnswer.Nothing();
    }

    // A trigger that does not react to its cancellation is left behind.
    private async Task<T> WithinGraceAsync<T>(Task<T> work, RunCancellation cancellation)
    {
        try
        {
            return await work.WaitAsync(cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested && !work.IsCompleted)
        {
            return await work.WaitAsync(options.CancellationGracePeriod, services.Time);
        }
    }

    /// <returns>Null when nobody waits for an answer.</returns>
    private TriggerAnswer.Failed? Failed(Exception error, TriggerJob job, RunLogger log, SecretMask mask, RunCancellation cancellation)
    {
        var date = $"[date: {job.Date.ToOffsetDateTime()}]";
        var isRealtime = job.Plugin is IRealtimeTrigger;
        if (cancellation.Reason is CancelReason.Killed or CancelReason.Stopping)
        {
            if (!isRealtime)
            {
                log.Log(Model.Logs.LogLevel.WARN, $"{date} Trigger evaluation interrupted in the worker");
            }

            return null;
        }

        var message = mask.Apply(cancellation.Reason == CancelReason.TimedOut ? $"Timeout after {options.TriggerTimeout}" : error.Message);
        var line = isRealtime
            ? $"{date} Realtime trigger failed to be created in the worker with error: {message}"
            : $"{date} Trigger evaluation failed in the worker with error: {message}";
        log.Log(Model.Logs.LogLevel.WARN, line);
        log.Log(Model.Logs.LogLevel.TRACE, error.ToString());
        return new TriggerAnswer.Failed(isRealtime ? line : message);
    }

    private OrderedDictionary<string, object?> Checked(IReadOnlyDictionary<string, object?> variables) => RunOutputs.Check(variables, options.OutputBytes, "the trigger");

    // What a trigger has found may be gone at its source, so it is told until it is heard.
    private async Task<TriggerReception> UntilTakenAsync(Func<Task<TriggerReception>> tell, CancellationToken abandoned)
    {
        while (true)
        {
            try
            {
                var reception = await tell();
                if (reception != TriggerReception.Later)
                {
                    return reception;
                }
            }
            catch (Exception error) when (!abandoned.IsCancellationRequested)
            {
                LogNotHeard(error);
            }

            await Task.Delay(options.TriggerAnswerDelay, services.Time, abandoned);
        }
    }

    // Short evaluations are the most; storing who has them would double what is written for them.
    private ITimer ReportWhenItLasts(TriggerJob job, bool isRealtime, CancellationToken abandoned) => services.Time.CreateTimer(
        _ => _ = ReportAsync(job, abandoned),
        null,
        isRealtime ? TimeSpan.Zero : options.StartedAfter,
        Timeout.InfiniteTimeSpan);

    private async Task ReportAsync(TriggerJob job, CancellationToken abandoned)
    {
        try
        {
            await results.StartedAsync(job.Evaluation, identity.Id, abandoned);
        }
        catch (Exception error)
        {
            // It only shows who evaluates; the evaluation goes on.
            LogNotReported(job.Key.ToString(), error);
        }
    }

    /// <param name="Number">Grows from one run to the next.</param>
    private sealed record Run(TriggerJob Job, RunCancellation Cancellation, long Number)
    {
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(LogLevel.Warning, "The scheduler did not take what a trigger found; it is told again")]
    private partial void LogNotHeard(Exception error);

    [LoggerMessage(LogLevel.Debug, "The start of trigger {Trigger} could not be reported")]
    private partial void LogNotReported(string trigger, Exception error);

    [LoggerMessage(LogLevel.Warning, "The working directory of trigger {Trigger} could not be removed: {Reason}")]
    private partial void LogFolderLeft(string trigger, string reason);
}
