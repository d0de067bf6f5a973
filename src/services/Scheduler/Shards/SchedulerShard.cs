using System.Collections.Concurrent;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Model.Triggers;
using Kestra.Scheduler.Watching;
using Kestra.Storage.Flows;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler.Shards;

/// <summary>
/// Fires the triggers of a share of the flows. One loop has everything: it takes what callers ask for, hears of ended executions
/// and looks at the clock.
/// </summary>
internal sealed partial class SchedulerShard
{
    private readonly SchedulerCore core;
    private readonly Evaluations evaluations;
    private readonly WatchFiring watching;
    private readonly SchedulerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<Request> requests;
    private readonly ConcurrentDictionary<string, EndedExecution> ended = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Task<bool>? arrival;

    /// <param name="isCurrent">Whether nobody else can have the share.</param>
    public SchedulerShard(ShardParts parts, FlowShare share, ITriggerWrites writes, Func<bool> isCurrent)
    {
        options = parts.Options;
        time = parts.Time;
        logger = parts.Logger;
        var commands = new GuardedCommands(parts.Commands, isCurrent);
        var events = new EventCommands(parts.TriggerExecutions, options, time);
        evaluations = new Evaluations(writes);
        var book = new TriggerBook(parts.Flows, parts.Triggers, writes, share, parts.Read, parts.TriggerExecutions.Environment, options, time, parts.Log, evaluations, logger);
        watching = new WatchFiring(commands, parts.TriggerExecutions, events, options, parts.Log, parts.Ids, time);
        var firing = new Firing(commands, parts.TriggerExecutions, events, parts.Log);
        core = new SchedulerCore(book, firing, watching, evaluations, new Preparations(options, time, Wake), parts.Executions, options, parts.Metrics, logger);
        requests = Channel.CreateBounded<Request>(options.RequestLimit);
    }

    /// <summary>Completes when every trigger of the share has been read.</summary>
    public Task Ready => ready.Task;

    /// <summary>Null while it works; otherwise why it does not.</summary>
    public string? Unhealthy { get; private set; } = "The scheduler has not started yet.";

    /// <summary>Fires until cancelled; begins anew after a failure.</summary>
    /// <param name="beside">Runs as long as it fires, and ends it when it fails; null is nothing.</param>
    public async Task RunAsync(Func<SchedulerShard, CancellationToken, Task>? beside, CancellationToken stopping)
    {
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await TryFireAsync(beside, stopping);
            }
        }
        finally
        {
            Unhealthy = "The scheduler has stopped.";
            requests.Writer.TryComplete();
            while (requests.Reader.TryRead(out var request))
            {
                request.Fail(new TriggersElsewhereException());
            }
        }
    }

    /// <summary>An execution of one of its triggers has ended. Each is taken out at the loop's next turn.</summary>
    public void Hear(EndedExecution end)
    {
        ended[end.ExecutionId] = end;
        Wake();
    }

    public Task<IReadOnlyList<ScheduleDescription>> DescribeAsync(CancellationToken cancellationToken) => AskAsync(_ => Task.FromResult(core.Describe()), cancellationToken);

    public Task FlowChangedAsync(TriggerKey flow, CancellationToken cancellationToken) =>
        DoAsync(stopping => core.FlowChangedAsync(flow.TenantId, flow.Namespace, flow.FlowId, stopping), cancellationToken);

    public Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, TriggerEntry?, NodaTime.Instant, Trigger> change, CancellationToken cancellationToken) =>
        AskAsync(stopping => core.ChangeAsync(key, change, stopping), cancellationToken);

    public Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken) => AskAsync(stopping => core.DeleteAsync(key, stopping), cancellationToken);

    public Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken) =>
        DoAsync(stopping => core.StartedAsync(evaluation, workerId, stopping), cancellationToken);

    public Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken) => DoAsync(stopping => core.LostAsync(evaluation, stopping), cancellationToken);

    public Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken) =>
        AskAsync(stopping => core.AnswerAsync(evaluation, answer, stopping), cancellationToken);

    // No row moves, so the loop has nothing to do with it and many events are stored together. Only of an evaluation that is not
    // known here it is asked: its flow may not have been read yet.
    public async Task<TriggerReception> EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken)
    {
        var known = evaluations.Find(evaluation) ?? await AskAsync(stopping => core.FindAsync(evaluation, stopping), cancellationToken);
        return known is null ? TriggerReception.Void : await watching.EventAsync(known.Entry, executionId, variables, cancellationToken);
    }

    private async Task TryFireAsync(Func<SchedulerShard, CancellationToken, Task>? beside, CancellationToken stopping)
    {
        try
        {
            using var firing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            List<Task> work = beside is null ? [FireAsync(firing.Token)] : [FireAsync(firing.Token), beside(this, firing.Token)];
            try
            {
                await await Task.WhenAny(work);
            }
            finally
            {
                await firing.CancelAsync();
                await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped();
        }
        catch (Exception failure)
        {
            Unhealthy = failure.Message;
            LogRecovering(failure);
            await Task.Delay(options.RetryDelay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FireAsync(CancellationToken stopping)
    {
        await core.StartAsync(stopping);
        Unhealthy = null;
        var checkedAt = time.GetTimestamp();
        while (true)
        {
            while (requests.Reader.TryRead(out var request))
            {
                await request.Run(stopping);
            }

            await ReleaseEndedAsync(stopping);
            if (options.IsInMaintenance())
            {
                ready.TrySetResult();
                await WaitAsync(options.ClockInterval, stopping);
                continue;
            }

            var isBusy = await core.FireDueAsync(stopping);
            if (time.GetElapsedTime(checkedAt) >= options.LockInterval)
            {
                checkedAt = time.GetTimestamp();
                await core.CheckLocksAsync(stopping);
            }

            if (core.HasUnread)
            {
                await core.ReadSomeAsync(stopping);
            }
            else
            {
                ready.TrySetResult();
                await (isBusy ? Task.CompletedTask : WaitAsync(stopping));
            }
        }
    }

    private async Task ReleaseEndedAsync(CancellationToken stopping)
    {
        var endings = ended.Values.ToList();
        if (endings.Count == 0)
        {
            return;
        }

        await core.EndedAsync(endings, stopping);
        foreach (var end in endings)
        {
            ended.TryRemove(KeyValuePair.Create(end.ExecutionId, end));
        }
    }

    private Task WaitAsync(CancellationToken stopping)
    {
        var delay = options.ClockInterval;
        if (core.NextDue is { } due)
        {
            var left = due.ToDateTimeOffset() - time.GetUtcNow();
            delay = left < TimeSpan.Zero ? TimeSpan.Zero : left < delay ? left : delay;
        }

        return WaitAsync(delay, stopping);
    }

    private async Task WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var tick = Task.Delay(delay, time, waiting.Token);

        // A clock that was set forward while the timer was being set would otherwise be noticed one timer later.
        if (delay > TimeSpan.Zero && !options.IsInMaintenance() && core.NextDue is { } next && next.ToDateTimeOffset() <= time.GetUtcNow())
        {
            await waiting.CancelAsync();
            return;
        }

        // The wait for news outlives this one: if it were cancelled, it could still take the news away before it is gone.
        arrival ??= news.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        await Task.WhenAny(tick, arrival);
        if (arrival.IsCompleted)
        {
            news.Reader.TryRead(out _);
            arrival = null;
        }

        await waiting.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    private void Wake() => news.Writer.TryWrite(true);

    private Task DoAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) => AskAsync(
        async stopping =>
        {
            await work(stopping);
            return true;
        },
        cancellationToken);

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var request = new Request(
            async stopping =>
            {
                try
                {
                    stopping.ThrowIfCancellationRequested();
                    answer.TrySetResult(await question(stopping));
                }
                catch (OperationCanceledException) when (stopping.IsCancellationRequested)
                {
                    answer.TrySetException(new TriggersElsewhereException());
                }
                catch (Exception failure)
                {
                    answer.TrySetException(failure);
                }
            },
            failure => answer.TrySetException(failure));
        try
        {
            await requests.Writer.WriteAsync(request, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new TriggersElsewhereException();
        }

        Wake();
        return await answer.Task.WaitAsync(cancellationToken);
    }

    private sealed record Request(Func<CancellationToken, Task> Run, Action<Exception> Fail);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The scheduler fires no more")]
    private partial void LogStopped();

    [LoggerMessage(Level = LogLevel.Error, Message = "The scheduler starts again after a failure")]
    private partial void LogRecovering(Exception failure);
}
