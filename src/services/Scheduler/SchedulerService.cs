using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Leases;
using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Triggers;
using Kestra.Scheduler.Shards;
using Kestra.Scheduler.Watching;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>
/// Fires schedules at their dates and has workers look at what other triggers watch. Several on one database share the triggers by
/// leases, a shard each; where nobody else can be, there is one shard with everything.
/// </summary>
public sealed partial class SchedulerService : BackgroundService, ILocalTriggers
{
    private readonly ShardParts parts;
    private readonly IExecutionEnds ends;
    private readonly SchedulerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<string, string, string, CancellationToken, Task>? flowChanged;
    private readonly SharedScheduler? shared;
    private readonly ShardHolder? holder;
    private readonly SchedulerShard? only;
    private readonly SchedulerMetrics metrics = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? problem = "The scheduler has not started yet.";

    /// <param name="jobs">The lane to the worker of this process; not used by a scheduler that shares.</param>
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
        this.shared = shared;
        parts = new ShardParts(flows, triggers, read, triggerExecutions, commands, executions, new TriggerLog(logs, time), ids, this.options, metrics, time, logger);
        if (shared is null)
        {
            only = new SchedulerShard(parts, FlowShare.Everything, new LocalWrites(triggers, jobs), static () => true);
        }
        else
        {
            holder = new ShardHolder(parts, shared, new SchedulerCalls(shared.Journal, shared.Hints, shared.Shards, this, this, this.options, time, logger));
        }
    }

    /// <summary>Completes when every trigger of the first share of this process has been read.</summary>
    public Task Ready => ready.Task;

    /// <summary>Null while the scheduler works; otherwise why it does not.</summary>
    public string? Unhealthy => only is not null
        ? only.Unhealthy
        : problem ?? holder!.Shards.Select(static shard => shard.Unhealthy).FirstOrDefault(static one => one is not null);

    public bool Owns(TriggerKey key) => only is not null || holder!.Find(key) is not null;

    public override void Dispose()
    {
        metrics.Dispose();
        base.Dispose();
    }

    public async Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        if (flowChanged is not null)
        {
            await flowChanged(tenantId, @namespace, flowId, cancellationToken);
        }

        var flow = new TriggerKey(tenantId, @namespace, flowId, "");
        await ShardOf(flow).FlowChangedAsync(flow, cancellationToken);
    }

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

    public async Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken) => await ShardOf(key).DeleteAsync(key, cancellationToken);

    public async Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken) =>
        await ShardOf(evaluation.Key).StartedAsync(evaluation, workerId, cancellationToken);

    public async Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken) =>
        await ShardOf(evaluation.Key).AnswerAsync(evaluation, answer, cancellationToken);

    public async Task<TriggerReception> EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken) =>
        await ShardOf(evaluation.Key).EventAsync(evaluation, executionId, variables, cancellationToken);

    public async Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken) =>
        await ShardOf(evaluation.Key).LostAsync(evaluation, cancellationToken);

    /// <summary>Writes which triggers are scheduled here, and when each is due.</summary>
    public async Task WriteReportAsync(Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        var described = new List<ScheduleDescription>();
        foreach (var shard in only is null ? holder!.Shards : [only])
        {
            try
            {
                described.AddRange(await shard.DescribeAsync(cancellationToken));
            }
            catch (TriggersElsewhereException)
            {
                // It is reported by the process that has it now.
            }
        }

        ScheduleReport.Write(writer, described);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = ends.SubscribeEnded(OnEnded);
        if (only is not null)
        {
            _ = only.Ready.ContinueWith(_ => ready.TrySetResult(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await only.RunAsync(null, stoppingToken);
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ShareAsync(holder!, shared!, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                problem = failure.Message;
                LogRecovering(failure);
                await Task.Delay(options.RetryDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ShareAsync(ShardHolder shards, SharedScheduler database, CancellationToken stopping)
    {
        var keeper = new LeaseKeeper(database.Journal, database.Shards.Circle, shards, database.Owner, options.LeaseTimeToLive, time, logger);
        shards.IsCurrent = () => keeper.IsCurrent;
        try
        {
            foreach (var lease in await keeper.BeginAsync(stopping))
            {
                await shards.TakeUpAsync(lease, stopping);
            }

            problem = null;
            var keeping = keeper.RunAsync(stopping);
            var reading = Task.WhenAll(shards.Shards.Select(static shard => shard.Ready));
            if (await Task.WhenAny(keeping, reading) == reading)
            {
                ready.TrySetResult();
            }

            await keeping;
        }
        finally
        {
            await shards.StopAsync();
            await keeper.EndAsync();
            shards.Clear();
        }
    }

    private SchedulerShard ShardOf(TriggerKey key) => only ?? holder!.Find(key) ?? throw new TriggersElsewhereException();

    private async Task<Trigger?> ChangeAsync(TriggerKey key, Func<Trigger, TriggerEntry?, Instant, Trigger> change, CancellationToken cancellationToken) =>
        await ShardOf(key).ChangeAsync(key, change, cancellationToken);

    // Called by the executor's loop. Only executions of triggers are noted.
    private void OnEnded(Execution execution)
    {
        if (execution.Trigger is not { } trigger)
        {
            return;
        }

        var end = new EndedExecution(new TriggerKey(execution.TenantId, execution.Namespace, execution.FlowId, trigger.Id), execution.Id, execution.State.Current);
        if (only is not null)
        {
            only.Hear(end);
        }
        else
        {
            holder!.Hear(end);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The scheduler starts again after a failure")]
    private partial void LogRecovering(Exception failure);
}
