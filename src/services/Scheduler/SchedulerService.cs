using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Kestra.Model.Identifiers;
using Kestra.Scheduler.Watching;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>
/// Fires schedules at their dates and has workers look at what other triggers watch. One loop has everything: it takes what callers ask for, hears of ended executions and
/// looks at the clock. Of several on one database one fires, by a lease; the others stand by.
/// </summary>
public sealed partial class SchedulerService : BackgroundService, ILocalTriggers, ITriggerResults
{
    private readonly SchedulerCore core;
    private readonly Evaluations evaluations;
    private readonly WatchFiring watching;
    private readonly IExecutionEnds ends;
    private readonly SchedulerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<string, string, string, CancellationToken, Task>? flowChanged;
    private readonly SchedulerLease? lease;
    private readonly SchedulerCalls? calls;
    private readonly Channel<Func<CancellationToken, Task>> requests;
    private readonly SchedulerMetrics metrics = new();
    private readonly ConcurrentDictionary<string, EndedExecution> ended = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim news = new(0, 1);
    private Task? arrival;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="flowChanged">Is told of changed flows too, before the answer; null when nobody else is.</param>
    /// <param name="shared">How it shares its database with others; null when nobody else can be there.</param>
    /// <param name="read">Parses a stored source with the plugin defaults that hold for it; a source with faults gives a flow with its <see cref="Flow.Exception"/>.</param>
    public SchedulerService(
        IFlowRepository flows,
        ITriggerRepository triggers,
        Func<StoredFlow, Flow> read,
        TriggerExecutions triggerExecutions,
        IExecutionCommands commands,
        IExecutionReader executions,
        IExecutionEnds ends,
        ILogSink logs,
        ITriggerJobs jobs,
        IIdSource ids,
        IOptions<SchedulerOptions> options,
        TimeProvider time,
        ILogger<SchedulerService> logger,
        Func<string, string, string, CancellationToken, Task>? flowChanged = null,
        SharedScheduler? shared = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(triggerExecutions);
        this.options = options.Value;
        this.ends = ends;
        this.time = time;
        this.logger = logger;
        this.flowChanged = flowChanged;
        if (shared is not null)
        {
            lease = new SchedulerLease(shared.Journal, shared.Owner, this.options.LeaseTimeToLive, time);
            calls = new SchedulerCalls(shared.Journal, shared.Hints, this.options, time, logger);
        }

        var log = new TriggerLog(logs, time);
        evaluations = new Evaluations(jobs);
        var events = new EventCommands(triggerExecutions, this.options, time);
        var book = new TriggerBook(flows, triggers, read, triggerExecutions.Environment, this.options, time, log, evaluations, logger);
        watching = new WatchFiring(commands, triggerExecutions, events, this.options, log, ids, time);
        core = new SchedulerCore(book, new Firing(commands, triggerExecutions, events, log), watching, evaluations, new Preparations(this.options, time, Wake), executions, this.options, metrics, logger);
        requests = Channel.CreateBounded<Func<CancellationToken, Task>>(this.options.RequestLimit);
    }

    /// <summary>Completes when every schedule has been read, or another process has the right to fire.</summary>
    public Task Ready => ready.Task;

    public bool IsActive { get; private set; }

    /// <summary>Null while the scheduler works; otherwise why it does not.</summary>
    public string? Unhealthy { get; private set; } = "The scheduler has not started yet.";

    public override void Dispose()
    {
        news.Dispose();
        metrics.Dispose();
        base.Dispose();
    }

    public async Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        if (flowChanged is not null)
        {
            await flowChanged(tenantId, @namespace, flowId, cancellationToken);
        }

        await SchedulesChangedAsync(tenantId, @namespace, flowId, cancellationToken);
    }

    private Task SchedulesChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken) =>
        AskAsync(
            async stopping =>
            {
                await core.FlowChangedAsync(tenantId, @namespace, flowId, stopping);
                return true;
            },
            cancellationToken);

    public Task<Trigger?> SetDisabledAsync(TriggerKey key, bool disabled, CancellationToken cancellationToken) =>
        ChangeAsync(key, (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled, now), cancellationToken);

    public Task<Trigger?> UnlockAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(key, static (row, _, _) => TriggerRequests.Unlock(row), cancellationToken);

    public Task<Trigger?> RestartAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(key, TriggerRequests.Restart, cancellationToken);

    public Task<Trigger?> StartBackfillAsync(TriggerKey key, Backfill backfill, CancellationToken cancellationToken) =>
        ChangeAsync(key, (row, entry, now) => TriggerRequests.StartBackfill(row, entry, backfill, now), cancellationToken);

    public Task<Trigger?> SetBackfillPausedAsync(TriggerKey key, bool paused, CancellationToken cancellationToken) =>
        ChangeAsync(key, (row, _, _) => TriggerRequests.SetBackfillPaused(row, paused), cancellationToken);

    public Task<Trigger?> DeleteBackfillAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(key, TriggerRequests.DeleteBackfill, cancellationToken);

    public Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken) =>
        AskAsync(stopping => core.DeleteAsync(key, stopping), cancellationToken);

    public Task StartedAsync(TriggerJob job, string workerId, CancellationToken cancellationToken) =>
        AskAsync(
            async stopping =>
            {
                await core.StartedAsync(job, workerId, stopping);
                return true;
            },
            cancellationToken);

    public Task<TriggerReception> AnswerAsync(TriggerJob job, TriggerAnswer answer, CancellationToken cancellationToken) =>
        AskAsync(stopping => core.AnswerAsync(job, answer, stopping), cancellationToken);

    // No row moves, so the loop has nothing to do with it and many events are stored together.
    public Task<TriggerReception> EventAsync(TriggerJob job, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken) =>
        evaluations.EntryOf(job) is { } entry ? watching.EventAsync(entry, executionId, variables, cancellationToken) : Task.FromResult(TriggerReception.Void);

    /// <summary>Writes which triggers are scheduled here, and when each is due.</summary>
    public async Task WriteReportAsync(Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        // While another process fires, there is nothing here.
        ScheduleReport.Write(writer, IsActive ? await AskAsync(_ => Task.FromResult(core.Describe()), cancellationToken) : []);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = ends.SubscribeEnded(OnEnded);
        try
        {
            await KeepRunningAsync(stoppingToken);
        }
        finally
        {
            // Whoever still waits for an answer gets the cancellation.
            requests.Writer.TryComplete();
            while (requests.Reader.TryRead(out var request))
            {
                await request(stoppingToken);
            }
        }
    }

    private async Task KeepRunningAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await (lease is null ? FireAsync(stoppingToken) : TakePartAsync(lease, stoppingToken));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Unhealthy = failure.Message;
                LogRecovering(failure);
                await Task.Delay(options.RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakePartAsync(SchedulerLease right, CancellationToken stopping)
    {
        if (await right.TakeAsync(stopping) is not { } held)
        {
            Unhealthy = null;
            ready.TrySetResult();
            await Task.Delay(options.StandbyDelay, time, stopping);
            return;
        }

        LogActive();
        using var firing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        List<Task> work = [FireAsync(firing.Token), right.KeepAsync(held, firing.Token), calls!.RunAsync(held, this, OnEnded, firing.Token)];
        try
        {
            await await Task.WhenAny(work);
        }
        finally
        {
            await firing.CancelAsync();
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await right.GiveBackAsync(held);
        }
    }

    private async Task FireAsync(CancellationToken stopping)
    {
        try
        {
            await core.StartAsync(stopping);
            Unhealthy = null;
            IsActive = true;
            await RunAsync(stopping);
        }
        finally
        {
            IsActive = false;
        }
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        var checkedAt = time.GetTimestamp();
        while (true)
        {
            while (requests.Reader.TryRead(out var request))
            {
                await request(stopping);
            }

            await ReleaseEndedAsync(stopping);
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

    private async Task WaitAsync(CancellationToken stopping)
    {
        var delay = options.ClockInterval;
        if (core.NextDue is { } due)
        {
            var left = due.ToDateTimeOffset() - time.GetUtcNow();
            delay = left < TimeSpan.Zero ? TimeSpan.Zero : left < delay ? left : delay;
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var tick = Task.Delay(delay, time, waiting.Token);

        // A clock that was set forward while the timer was being set would otherwise be noticed one timer later.
        if (delay > TimeSpan.Zero && core.NextDue is { } next && next.ToDateTimeOffset() <= time.GetUtcNow())
        {
            await waiting.CancelAsync();
            return;
        }

        // The wait for news outlives this one: if it were cancelled, it could still take the news away before it is gone.
        arrival ??= news.WaitAsync(stopping);
        await Task.WhenAny(tick, arrival);
        arrival = arrival.IsCompleted ? null : arrival;
        await waiting.CancelAsync();
        stopping.ThrowIfCancellationRequested();
    }

    // Called by the executor's loop. Only executions of triggers are noted, and each is taken out at the loop's next turn.
    private void OnEnded(Execution execution)
    {
        if (execution.Trigger is { } trigger)
        {
            var key = new TriggerKey(execution.TenantId, execution.Namespace, execution.FlowId, trigger.Id);
            ended[execution.Id] = new EndedExecution(key, execution.Id, execution.State.Current);
            Wake();
        }
    }

    private void OnEnded(TriggerCall call)
    {
        ended[call.ExecutionId!] = new EndedExecution(call.Key, call.ExecutionId!, call.State!.Value);
        Wake();
    }

    private void Wake()
    {
        try
        {
            news.Release();
        }
        catch (SemaphoreFullException)
        {
            // The loop has been woken already and has not looked yet.
        }
    }

    private Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, TriggerEntry?, Instant, Trigger> change, CancellationToken cancellationToken) =>
        AskAsync(stopping => core.ChangeAsync(key, change, stopping), cancellationToken);

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await requests.Writer.WriteAsync(
            async stopping =>
            {
                try
                {
                    stopping.ThrowIfCancellationRequested();
                    answer.TrySetResult(await question(stopping));
                }
                catch (Exception failure)
                {
                    answer.TrySetException(failure);
                }
            },
            cancellationToken);
        Wake();
        return await answer.Task.WaitAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The scheduler of this server fires the triggers from now on")]
    private partial void LogActive();

    [LoggerMessage(Level = LogLevel.Error, Message = "The scheduler starts again after a failure")]
    private partial void LogRecovering(Exception failure);
}

/// <summary>How a scheduler shares its database with others.</summary>
/// <param name="Owner">Names this process; unique.</param>
public sealed record SharedScheduler(IExecutionJournal Journal, IHints Hints, string Owner);
