using Kestra.Engine;
using Kestra.Executor.Following;
using Kestra.Executor.Jobs;
using Kestra.Executor.Loop;
using Kestra.Executor.Slots;
using Kestra.Executor.Subflows;
using Kestra.Executor.Timers;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Programs;
using Kestra.Model.Identifiers;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kestra.Executor;

/// <summary>
/// Owns partitions: takes their leases, reads what is open, runs the loop, and does so again after the database was away.
/// Recovery after a crash is this start-up; there is no other path.
/// </summary>
public sealed partial class ExecutorService(
    IExecutionJournal journal,
    IHints hints,
    ExecutionDecider decider,
    FlowPrograms programs,
    ISubflowInputs subflowInputs,
    IExecutionReader executionReader,
    EngineEnvironment environment,
    Func<Model.Flows.Flow, FlowProgram> compile,
    OwnedPartitions owned,
    ExecutorInbox inbox,
    IExecutionCommands router,
    RemoteCommands remote,
    WorkerJobQueue jobs,
    LogBuffer logs,
    ChangeSignals signals,
    StateChanges changes,
    IOptions<ExecutorOptions> options,
    TimeProvider time,
    IIdSource ids,
    ExecutorIdentity identity,
    ILoggerFactory loggers,
    ILogger<ExecutorService> logger) : BackgroundService
{
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly SemaphoreSlim evaluations = new(options.Value.EvaluationConcurrency);

    /// <summary>Completes when this process takes part: what is free of the partitions is owned, and everything open in them has been taken up.</summary>
    public Task Ready => ready.Task;

    /// <summary>Null while the executor works; otherwise why it does not.</summary>
    public string? Unhealthy { get; private set; } = "The executor has not started yet.";

    public override void Dispose()
    {
        evaluations.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        var delay = settings.RecoveryDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await OwnAsync(settings, () => delay = settings.RecoveryDelay, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (PartitionTakenException taken)
            {
                Unhealthy = taken.Message;
                await Task.Delay(settings.StandbyDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure)
            {
                Unhealthy = failure.Message;
                LogRecovering(failure, delay.TotalMilliseconds);
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, settings.RecoveryDelayMaximum.Ticks));
            }
        }
    }

    private async Task OwnAsync(ExecutorOptions settings, Action working, CancellationToken stopping)
    {
        using var owning = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var loader = new ExecutionLoader(journal, programs, compile, inbox, owning.Token);
        var keeper = new PartitionKeeper(journal, owned, loader, inbox, identity.Owner, settings, time, loggers.CreateLogger<PartitionKeeper>());
        owned.Clear();
        var loop = Prepare(loader, settings, out var watch, owning.Token);
        try
        {
            var gained = await keeper.BeginAsync(owning.Token);
            loop.Gain(gained);
            working();
            Unhealthy = null;
            LogReady(gained.Sum(static partition => partition.Executions.Count), gained.Count, owned.Total);
            ready.TrySetResult();
            await RunAsync(loop, keeper, watch, settings, owning);
        }
        catch (Exception failure)
        {
            loop.Abandon(failure);
            throw;
        }
        finally
        {
            await keeper.EndAsync();
        }
    }

    // Whichever of them ends, the others end too, and the loop writes what it has decided.
    private async Task RunAsync(ExecutorLoop loop, PartitionKeeper keeper, QueueLimits watch, ExecutorOptions settings, CancellationTokenSource owning)
    {
        using var reader = new CommandReader(journal, hints, owned, inbox, settings, time, loggers.CreateLogger<CommandReader>());
        var work = loop.RunAsync(owning.Token);
        List<Task> beside = [keeper.RunAsync(owning.Token), watch.WatchAsync(owning.Token)];
        if (owned.Total > 1)
        {
            beside.Add(reader.RunAsync(owning.Token));
        }

        await Task.WhenAny([work, .. beside]);
        await owning.CancelAsync();
        try
        {
            await work;
        }
        finally
        {
            await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (beside.Find(static task => task.IsFaulted) is { } broken)
        {
            await broken;
        }
    }

    private ExecutorLoop Prepare(ExecutionLoader loader, ExecutorOptions settings, out QueueLimits watch, CancellationToken stopping)
    {
        var timers = new TimerQueue();
        var slots = new SlotLedger();
        var executions = new ExecutionTable();
        var foreign = new ForeignCommands(router, remote, loggers.CreateLogger<ForeignCommands>(), stopping);
        var processor = new CommandProcessor(
            decider, executions, loader, programs, slots, timers, jobs, new ChangeOutbox(changes, timers, time), owned, foreign, signals, () => inbox.IsOverloaded, time, ids);
        var subflows = new SubflowStarter(programs, subflowInputs, new SubflowDepths(executionReader, settings.SubflowDepthLimit), environment, inbox, owned.Total, time);
        var effects = new EffectDispatcher(jobs, subflows, inbox, evaluations, loggers.CreateLogger<EffectDispatcher>(), stopping);
        watch = new QueueLimits(slots, programs, inbox, settings.QueueWatchInterval, time, loggers.CreateLogger<QueueLimits>());
        return new ExecutorLoop(owned, journal, inbox, logs, executions, processor, effects, timers, signals, changes, settings, time, loggers.CreateLogger<ExecutorLoop>());
    }

    [LoggerMessage(LogLevel.Information, "Executor started: {Count} open executions taken up in {Owned} of {Total} partitions")]
    private partial void LogReady(int count, int owned, int total);

    [LoggerMessage(LogLevel.Error, "The executor lost the database and tries again in {Milliseconds} ms; nothing that was accepted is lost")]
    private partial void LogRecovering(Exception failure, double milliseconds);
}

/// <param name="Owner">Name of this server in the lease; the same after a restart of the same installation.</param>
public sealed record ExecutorIdentity(string Owner);

/// <summary>Another server has the only partition of the database; this one may take over when that one is gone.</summary>
internal sealed class PartitionTakenException() : Exception("the executions belong to another server on the same database");
