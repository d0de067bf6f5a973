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
using Kestra.Storage;
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
    private const string TakenOver = "Another server has taken the executions over";

    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly SemaphoreSlim evaluations = new(options.Value.EvaluationConcurrency);

    private readonly ExecutorMetrics metrics = new();
    private Remains remains = new();

    /// <summary>Completes when this process takes part: what is free of the partitions is owned, and everything open in them has been taken up.</summary>
    public Task Ready => ready.Task;

    /// <summary>Null while the executor works; otherwise why it does not.</summary>
    public string? Unhealthy { get; private set; } = "The executor has not started yet.";

    public override void Dispose()
    {
        evaluations.Dispose();
        metrics.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        await using var outage = new Outage(inbox, time, settings.CallerPatience);
        var delay = settings.RecoveryDelay;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await OwnAsync(settings, () => delay = Resume(outage, settings), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (PartitionTakenException taken)
            {
                Unhealthy = taken.Message;
                StandBy();
                await Task.Delay(settings.StandbyDelay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception failure)
            {
                Unhealthy = failure.Message;
                outage.Begin();
                LogPause(failure, delay);
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, settings.RecoveryDelayMaximum.Ticks));
            }
        }

        inbox.Close("The server stops");
        remains.Dismiss("The server stops");
    }

    private TimeSpan Resume(Outage outage, ExecutorOptions settings)
    {
        outage.End();
        Unhealthy = null;
        return settings.RecoveryDelay;
    }

    // What was decided here and not written is another server's now: it has read the executions and owes what they owe.
    private void StandBy()
    {
        inbox.Close(TakenOver);
        remains.Dismiss(TakenOver);
        remains = new Remains();
    }

    private void LogPause(Exception failure, TimeSpan pause)
    {
        if (failure is StoreUnavailableException or CommitFailedException { IsRefused: false } or LeaseLostException)
        {
            LogWaiting(failure.Message, pause.TotalMilliseconds);
        }
        else
        {
            LogRecovering(failure, pause.TotalMilliseconds);
        }
    }

    private async Task OwnAsync(ExecutorOptions settings, Action working, CancellationToken stopping)
    {
        using var owning = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var skipping = new Skipping(settings.Skipped, loggers.CreateLogger<Skipping>());
        var loader = new ExecutionLoader(journal, programs, compile, inbox, time, settings.RecoveryDelay, skipping, loggers.CreateLogger<ExecutionLoader>(), owning.Token);
        var keeper = new PartitionKeeper(journal, owned, loader, inbox, skipping, identity.Owner, settings, time, loggers);
        owned.Clear();
        var loop = Prepare(loader, skipping, settings, out var watch, owning.Token);
        try
        {
            var gained = await keeper.BeginAsync(owning.Token);
            var (left, written) = await WhatIsLeftAsync(gained, stopping);
            remains = new Remains();
            await WorkAsync(loop, keeper, gained, left, written, working, watch, settings, owning);
        }
        finally
        {
            await keeper.EndAsync();
        }
    }

    private async Task WorkAsync(
        ExecutorLoop loop, PartitionKeeper keeper, IReadOnlyList<GainedPartition> gained, Remains left, BatchUnderway? written, Action working, QueueLimits watch, ExecutorOptions settings, CancellationTokenSource owning)
    {
        try
        {
            loop.Gain(gained, left);
            if (written is not null)
            {
                await loop.SettleAsync(written);
            }

            working();
            LogReady(gained.Sum(static partition => partition.Executions.Count), gained.Count, owned.Total);
            ready.TrySetResult();
            await RunAsync(loop, keeper, watch, settings, owning);
            remains = loop.Leave();
        }
        catch (Exception failure)
        {
            remains = loop.Abandon(failure);
            throw;
        }
    }

    /// <summary>Finds out what became of the batch whose commit was not answered.</summary>
    /// <returns>What is still to be decided, and the batch if it was written.</returns>
    private async Task<(Remains Left, BatchUnderway? Written)> WhatIsLeftAsync(IReadOnlyList<GainedPartition> gained, CancellationToken cancellationToken)
    {
        if (remains.Uncertain is not { } batch)
        {
            return (remains, null);
        }

        var wasWritten = batch.Witness is { } witness ? await WasWrittenAsync(witness, gained, cancellationToken) : null;
        return wasWritten == true
            ? (remains.WithoutUncertain(), batch)
            : (remains.WithUncertain(wasWritten == false, Outage.Reason), null);
    }

    // Taking the partition again waits for a commit that is on its way, or keeps it from being written. If another server may have had it
    // in between, rows of executions that were there before tell nothing.
    private async Task<bool?> WasWrittenAsync(BatchWitness witness, IReadOnlyList<GainedPartition> gained, CancellationToken cancellationToken)
    {
        if (gained.FirstOrDefault(partition => partition.Lease.Partition == witness.Lease.Partition) is not { } partition
            || (!witness.IsNew && partition.Lease.Epoch != witness.Lease.Epoch + 1))
        {
            return null;
        }

        var open = partition.Executions.FirstOrDefault(execution => execution.Key == witness.Key);
        if (open is not null || !(witness.Ended || witness.IsNew))
        {
            return !witness.Ended && open?.Position >= witness.Position;
        }

        return await journal.ReadAsync(witness.Key.TenantId, witness.Key.ExecutionId, cancellationToken) is { Ended: true };
    }

    // Whichever of them ends, the others end too, and the loop writes what it has decided.
    private async Task RunAsync(ExecutorLoop loop, PartitionKeeper keeper, QueueLimits watch, ExecutorOptions settings, CancellationTokenSource owning)
    {
        var reader = new CommandReader(journal, hints, owned, inbox, settings, time, loggers.CreateLogger<CommandReader>());

        // A thread of its own: on the pool the loop would stand behind every request that waits for it.
        var work = Task.Factory.StartNew(() => loop.Run(owning.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
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

    private ExecutorLoop Prepare(ExecutionLoader loader, Skipping skipping, ExecutorOptions settings, out QueueLimits watch, CancellationToken stopping)
    {
        var timers = new TimerQueue();
        var slots = new SlotLedger();
        var executions = new ExecutionTable();
        var foreign = new ForeignCommands(router, remote, loggers.CreateLogger<ForeignCommands>(), stopping);
        var placement = new JobPlacement(jobs, owned, settings);
        var processor = new CommandProcessor(
            decider, executions, loader, programs, slots, timers, placement, new ChangeOutbox(changes, timers, owned, time), owned, foreign, signals, () => inbox.Overload(isAwaited: false), skipping, new PostponedCommands(settings.IsInMaintenance, timers, time, ids), metrics, time, ids);
        var subflows = new SubflowStarter(programs, subflowInputs, new SubflowDepths(executionReader, settings.SubflowDepthLimit), environment, inbox, owned.Total, time);
        var starts = new StartPace(jobs, new ProcessorTime(time).Used, () => inbox.Load.Wait(inbox.Reader.Count), time);
        var effects = new EffectDispatcher(jobs, starts, subflows, inbox, evaluations, time, settings, loggers.CreateLogger<EffectDispatcher>(), stopping);
        watch = new QueueLimits(slots, programs, inbox, settings.QueueWatchInterval, time, loggers.CreateLogger<QueueLimits>());
        return new ExecutorLoop(owned, journal, inbox, logs, executions, processor, placement, effects, starts, timers, signals, changes, settings, time, loggers.CreateLogger<ExecutorLoop>());
    }

    [LoggerMessage(LogLevel.Information, "Executor started: {Count} open executions taken up in {Owned} of {Total} partitions")]
    private partial void LogReady(int count, int owned, int total);

    [LoggerMessage(LogLevel.Warning, "The executor waits for the database and tries again in {Milliseconds} ms; nothing that was accepted is lost. {Reason}")]
    private partial void LogWaiting(string reason, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The executor failed and starts again in {Milliseconds} ms; nothing that was accepted is lost")]
    private partial void LogRecovering(Exception failure, double milliseconds);
}

/// <param name="Owner">Name of this server in the lease; the same after a restart of the same installation.</param>
public sealed record ExecutorIdentity(string Owner);

/// <summary>Another server has the only partition of the database; this one may take over when that one is gone.</summary>
internal sealed class PartitionTakenException() : Exception("the executions belong to another server on the same database");
