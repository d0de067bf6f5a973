using System.Collections.Concurrent;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Storage.Cluster;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>
/// Creates executions when executions of other flows reach states. Changes that move windows are acted on one after the other, in
/// order; others at the same time. Windows are moved by the process that owns the partition of their flow, and what has to be
/// created then is stored together with them.
/// See docs/architecture/flow-triggers.md.
/// </summary>
internal sealed partial class FlowTriggerService(
    IFlowRepository flows,
    IConditionWindowRepository windows,
    Func<StoredFlow, Flow> read,
    IPluginCatalog catalog,
    IExecutionChanges changes,
    IHints? hints,
    FlowTriggerPlanner planner,
    FlowTriggerFiring firing,
    SchedulerOptions options,
    TimeProvider time,
    ILogger<FlowTriggerService> logger) : BackgroundService, IExecutionChangeHandler
{
    // What does not fit is handed out again by the executor.
    private readonly Channel<ExecutionChange> waiting = Channel.CreateBounded<ExecutionChange>(10_000);
    private readonly ConcurrentDictionary<string, byte> known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(options.FlowTriggerConcurrency);

    // What was read first must not be set last.
    private readonly SemaphoreSlim reading = new(1);
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FlowTriggerIndex index = new();
    private readonly FlowNews news = new();

    // As long as a flow is not read that may look at it, every change is kept.
    public bool Wants(string tenantId, string @namespace, string flowId, StateType state) =>
        news.IsStale || index.LookingAt(tenantId, @namespace, flowId, state).Any();

    // One that waits here, or is being acted on, may be handed out a second time.
    public void Take(ExecutionChange change)
    {
        if (known.TryAdd(change.Key, 0) && !waiting.Writer.TryWrite(change))
        {
            known.TryRemove(change.Key, out _);
        }
    }

    /// <summary>Completes when every flow has been read.</summary>
    public Task Ready => ready.Task;

    public override void Dispose()
    {
        places.Dispose();
        reading.Dispose();
        base.Dispose();
    }

    /// <summary>A flow was saved or deleted: its triggers are those of its newest revision from now on.</summary>
    public async Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken);
        try
        {
            var stored = await flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken);
            index.Set([(new FlowPlace(tenantId, @namespace, flowId), stored is null ? [] : Read(stored))]);
        }
        finally
        {
            reading.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stored = new Alarm(time);
        using var hearing = hints?.Subscribe(hint => Hear(hint, stored));
        await LoadAsync(stoppingToken);
        using var subscription = changes.Subscribe(this);
        using var cleaning = new PeriodicTimer(options.WindowCleaning, time);
        var cleaned = CleanAsync(cleaning, stoppingToken);
        var refreshed = hints is null ? Task.CompletedTask : RefreshAsync(stored, stoppingToken);
        ready.TrySetResult();
        await foreach (var change in waiting.Reader.ReadAllAsync(stoppingToken))
        {
            await news.CaughtUpAsync(stoppingToken);
            var triggers = TriggersOf(change);
            await places.WaitAsync(stoppingToken);
            var acting = ActAsync(change, stoppingToken);
            if (triggers.Any(static trigger => trigger.Windows.Count > 0))
            {
                await acting;
            }
        }

        await cleaned;
        await refreshed;
    }

    // Other processes store flows too. However many they store at once, they are read once.
    private async Task RefreshAsync(Alarm stored, CancellationToken stopping)
    {
        while (true)
        {
            await stored.WaitAsync(options.FlowRefresh, stopping);
            await LoadAsync(stopping);
        }
    }

    private void Hear(Hint hint, Alarm stored)
    {
        if (hint.Kind == HintKind.Flow)
        {
            news.Hear();
            stored.Ring();
        }
    }

    /// <summary>The triggers that still have to look at the change.</summary>
    private IReadOnlyList<FlowTriggerEntry> TriggersOf(ExecutionChange change)
    {
        if (change.Target is { TriggerId: not null })
        {
            return [];
        }

        var execution = change.Execution;
        var triggers = index.LookingAt(execution.TenantId, execution.Namespace, execution.FlowId, execution.State.Current);
        return change.Target is { } target
            ? [.. triggers.Where(entry => entry.Windows.Count > 0 && entry.Flow.Namespace == target.Namespace && entry.Flow.Id == target.FlowId)]
            : [.. triggers];
    }

    private async Task LoadAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var heard = news.Heard;
                await ReadAllAsync(stopping);
                news.Read(heard);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogNotLoaded(failure);
                await Task.Delay(options.RetryDelay, time, stopping);
            }
        }
    }

    private async Task ReadAllAsync(CancellationToken stopping)
    {
        await reading.WaitAsync(stopping);
        try
        {
            index.SetAll([.. (await flows.FindAllAsync(tenantId: null, stopping)).Select(stored => (new FlowPlace(stored.TenantId, stored.Namespace, stored.Id), Read(stored)))]);
        }
        finally
        {
            reading.Release();
        }
    }

    private async Task ActAsync(ExecutionChange change, CancellationToken stopping)
    {
        try
        {
            await Task.Yield();
            for (var attempt = 1; !await TryActAsync(change, attempt, stopping); attempt++)
            {
                if (attempt >= options.FlowTriggerAttempts)
                {
                    // It was not done, so it comes again; the others must not wait for it.
                    return;
                }

                await Task.Delay(options.RetryDelay, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(change.Execution.Id);
        }
        finally
        {
            known.TryRemove(change.Key, out _);
            places.Release();
        }
    }

    private async Task<bool> TryActAsync(ExecutionChange change, int attempt, CancellationToken stopping)
    {
        try
        {
            var outcome = change.Target is { TriggerId: { } trigger } target ? await StartAsync(change, target, trigger, stopping) : await LookAsync(change, stopping);
            return await changes.DoneAsync(change, outcome, stopping);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            LogFailed(failure, change.Execution.Id, change.Execution.State.Current, attempt);
            return false;
        }
    }

    // Windows have moved for it, and nothing but this change knows so: it comes into being unless its trigger is gone.
    private async Task<ChangeOutcome> StartAsync(ExecutionChange change, ChangeTarget target, string triggerId, CancellationToken stopping)
    {
        if (index.Find(new FlowPlace(change.Execution.TenantId, target.Namespace, target.FlowId), triggerId) is { } entry)
        {
            await firing.FireAsync([new FlowTriggerStart(entry, target.Outputs)], change, stopping);
        }

        return ChangeOutcome.Nothing;
    }

    private async Task<ChangeOutcome> LookAsync(ExecutionChange change, CancellationToken stopping)
    {
        var plan = await planner.PlanAsync(TriggersOf(change), change, flow => changes.TenureOf(flow.TenantId, flow.Namespace, flow.Id), stopping);
        await firing.FireAsync(plan.Starts, change, stopping);
        return plan.Outcome;
    }

    // A window that is over is replaced by the next one; what is deleted here are those of triggers that nobody meets any more.
    private async Task CleanAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await CleanAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogCleaningEnds();
        }
    }

    private async Task CleanAsync(CancellationToken stopping)
    {
        try
        {
            var before = Instant.FromDateTimeOffset(time.GetUtcNow() - options.WindowRetention);
            LogCleaned(await windows.DeleteEndedAsync(before, stopping));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotCleaned(failure);
        }
    }

    // Only a source that names the type can have such a trigger; the others need not be parsed.
    private IReadOnlyList<FlowTriggerEntry> Read(StoredFlow stored)
    {
        if (!stored.Source.Contains("trigger.Flow", StringComparison.Ordinal) && !stored.Source.Contains("types.Flow", StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            return [.. FlowTriggerEntry.Of(read(stored) with { Source = null }, catalog)];
        }
        catch (PluginBindingException error)
        {
            LogUnbound(error, stored.Namespace, stored.Id);
            return [];
        }
    }

    [LoggerMessage(LogLevel.Error, "The flow triggers of execution {ExecutionId} in state {State} are tried again (attempt {Attempt})")]
    private partial void LogFailed(Exception failure, string executionId, StateType state, int attempt);

    [LoggerMessage(LogLevel.Error, "The flow triggers can't be read and are read again")]
    private partial void LogNotLoaded(Exception failure);

    [LoggerMessage(LogLevel.Debug, "The flow triggers of execution {ExecutionId} are acted on after the next start")]
    private partial void LogStopped(string executionId);

    [LoggerMessage(LogLevel.Debug, "{Count} windows of flow triggers that are over were deleted")]
    private partial void LogCleaned(int count);

    [LoggerMessage(LogLevel.Warning, "The windows of flow triggers that are over could not be deleted")]
    private partial void LogNotCleaned(Exception failure);

    [LoggerMessage(LogLevel.Trace, "Windows of flow triggers are not looked at any more")]
    private partial void LogCleaningEnds();

    [LoggerMessage(LogLevel.Warning, "The flow triggers of {Namespace}.{FlowId} can't be read and never fire")]
    private partial void LogUnbound(Exception error, string @namespace, string flowId);
}
