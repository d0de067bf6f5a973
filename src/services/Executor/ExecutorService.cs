using Kestra.Engine;
using Kestra.Executor.Following;
using Kestra.Executor.Jobs;
using Kestra.Executor.Loop;
using Kestra.Executor.Programs;
using Kestra.Executor.Slots;
using Kestra.Executor.Subflows;
using Kestra.Executor.Timers;
using Kestra.Hosting.Lanes;
using Kestra.Model.Identifiers;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Kestra.Executor;

/// <summary>
/// Owns a partition: takes its lease, reads what is open, runs the loop, and does so again after the database was away.
/// Recovery after a crash is this start-up; there is no other path.
/// </summary>
public sealed partial class ExecutorService(
    IExecutionJournal journal,
    ExecutionDecider decider,
    FlowPrograms programs,
    ISubflowInputs subflowInputs,
    IExecutionReader executionReader,
    Func<Model.Flows.Flow, FlowProgram> compile,
    ExecutorInbox inbox,
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

    /// <summary>Completes when the partition is owned and everything open has been taken up.</summary>
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
        var timeToLive = Duration.FromTimeSpan(settings.LeaseTimeToLive);
        var lease = await journal.AcquireAsync(identity.Partition, identity.Owner, timeToLive, stopping)
            ?? throw new PartitionTakenException(identity.Partition);

        using var owning = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var (loop, recovered) = await PrepareAsync(lease, settings, owning.Token);
        loop.Recover(recovered);
        working();
        Unhealthy = null;
        LogReady(recovered.Count, lease.Epoch);
        ready.TrySetResult();

        var renewing = RenewAsync(lease, settings, owning);
        try
        {
            await loop.RunAsync(owning.Token);
        }
        catch (Exception failure)
        {
            loop.Abandon(failure);
            throw;
        }
        finally
        {
            await owning.CancelAsync();
            await renewing;
        }

        await journal.ReleaseAsync(lease, CancellationToken.None);
    }

    private async Task<(ExecutorLoop Loop, IReadOnlyList<ActiveExecution> Recovered)> PrepareAsync(PartitionLease lease, ExecutorOptions settings, CancellationToken stopping)
    {
        var timers = new TimerQueue();
        var slots = new SlotLedger();
        var executions = new ExecutionTable();
        var loader = new ExecutionLoader(journal, programs, compile, inbox, stopping);
        var contents = await journal.LoadAsync(lease, stopping);
        foreach (var timer in contents.Timers)
        {
            timers.Set(timer);
        }

        foreach (var slot in contents.Slots)
        {
            slots.Restore(slot);
        }

        var recovered = new List<ActiveExecution>(contents.Executions.Count);
        foreach (var stored in contents.Executions)
        {
            recovered.Add(await loader.RestoreAsync(stored, null, stopping));
        }

        var processor = new CommandProcessor(decider, executions, loader, programs, slots, timers, jobs, new ChangeOutbox(changes, timers, time), time, ids);
        var subflows = new SubflowStarter(programs, subflowInputs, new SubflowDepths(executionReader, settings.SubflowDepthLimit), inbox, time);
        var effects = new EffectDispatcher(jobs, subflows, inbox, evaluations, loggers.CreateLogger<EffectDispatcher>(), stopping);
        var loop = new ExecutorLoop(lease, journal, inbox, logs, executions, processor, effects, timers, signals, changes, settings, time, loggers.CreateLogger<ExecutorLoop>());
        return (loop, recovered);
    }

    private async Task RenewAsync(PartitionLease lease, ExecutorOptions settings, CancellationTokenSource owning)
    {
        using var timer = new PeriodicTimer(settings.LeaseTimeToLive / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(owning.Token))
            {
                if ((await journal.RenewAsync([lease], Duration.FromTimeSpan(settings.LeaseTimeToLive), owning.Token)).Count > 0)
                {
                    LogLeaseLost(lease.Partition);
                    await owning.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogRenewalEnds(lease.Partition);
        }
        catch (Exception failure)
        {
            // The next commit carries the epoch and tells whether the lease still holds; renewing is tried again after recovery.
            LogRenewalFailed(failure);
            await owning.CancelAsync();
        }
    }

    [LoggerMessage(LogLevel.Information, "Executor started: {Count} open executions taken up (epoch {Epoch})")]
    private partial void LogReady(int count, long epoch);

    [LoggerMessage(LogLevel.Error, "The executor lost the database and tries again in {Milliseconds} ms; nothing that was accepted is lost")]
    private partial void LogRecovering(Exception failure, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The lease of partition {Partition} went to another server")]
    private partial void LogLeaseLost(int partition);

    [LoggerMessage(LogLevel.Debug, "Renewal of partition {Partition} ends with its ownership")]
    private partial void LogRenewalEnds(int partition);

    [LoggerMessage(LogLevel.Warning, "The lease could not be renewed")]
    private partial void LogRenewalFailed(Exception failure);
}

/// <param name="Owner">Name of this server in the lease; the same after a restart of the same installation.</param>
public sealed record ExecutorIdentity(int Partition, string Owner);

/// <summary>Another server on the same database owns the executions; this one may take over when that one is gone.</summary>
internal sealed class PartitionTakenException(int partition) : Exception($"partition {partition} belongs to another server on the same database");
