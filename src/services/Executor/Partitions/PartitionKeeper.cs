using Kestra.Executor.Loop;
using Kestra.Hosting.Leases;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Partitions;

/// <summary>Keeps this process's share of the partitions. The loop takes them up and gives them back, between two commands.</summary>
internal sealed partial class PartitionKeeper : ILeaseHolder
{
    private const string Circle = "executions";

    private readonly IExecutionJournal journal;
    private readonly OwnedPartitions owned;
    private readonly ExecutionLoader loader;
    private readonly ExecutorInbox inbox;
    private readonly Skipping skipping;
    private readonly LeaseKeeper leases;
    private readonly ILogger<PartitionKeeper> logger;

    public PartitionKeeper(IExecutionJournal journal, OwnedPartitions owned, ExecutionLoader loader, ExecutorInbox inbox, Skipping skipping, string owner, ExecutorOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        this.journal = journal;
        this.owned = owned;
        this.loader = loader;
        this.inbox = inbox;
        this.skipping = skipping;
        logger = loggers.CreateLogger<PartitionKeeper>();
        leases = new LeaseKeeper(journal, new LeaseCircle(Circle, 0, owned.Total), this, owner, options.LeaseTimeToLive, time, logger);
    }

    IReadOnlyList<PartitionLease> ILeaseHolder.Held => owned.Leases;

    /// <summary>Joins and takes the first partitions; the loop does not run yet.</summary>
    /// <exception cref="PartitionTakenException">There is only one partition, and another process has it.</exception>
    public async Task<IReadOnlyList<GainedPartition>> BeginAsync(CancellationToken cancellationToken)
    {
        var taken = await leases.BeginAsync(cancellationToken);
        if (taken.Count == 0 && owned.Total == 1)
        {
            throw new PartitionTakenException();
        }

        var gained = new List<GainedPartition>(taken.Count);
        foreach (var lease in taken)
        {
            gained.Add(await LoadAsync(lease, cancellationToken));
        }

        return gained;
    }

    /// <summary>Runs beside the loop until cancelled.</summary>
    /// <exception cref="LeaseLostException">A lease went to another process; nothing more may be decided.</exception>
    public Task RunAsync(CancellationToken stopping) => leases.RunAsync(stopping);

    /// <summary>Gives everything back, so that others can go on at once.</summary>
    public async Task EndAsync()
    {
        try
        {
            await leases.EndAsync();
        }
        finally
        {
            owned.Clear();
        }
    }

    async Task ILeaseHolder.TakeUpAsync(PartitionLease lease, CancellationToken cancellationToken)
    {
        var gained = await LoadAsync(lease, cancellationToken);
        LogTaken(lease.Partition, gained.Executions.Count);
        await ChangeAsync(done => new LaneItem.Gain(gained, done), cancellationToken);
    }

    Task ILeaseHolder.GiveBackAsync(PartitionLease lease, CancellationToken cancellationToken) => ChangeAsync(done => new LaneItem.Yield(lease.Partition, done), cancellationToken);

    Task ILeaseHolder.LoseAsync(PartitionLease lease) => throw new LeaseLostException(lease);

    private async Task ChangeAsync(Func<TaskCompletionSource, LaneItem> change, CancellationToken stopping)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.PostAsync(change(done), stopping);
        await done.Task.WaitAsync(stopping);
    }

    private async Task<GainedPartition> LoadAsync(PartitionLease lease, CancellationToken cancellationToken)
    {
        var contents = await journal.LoadAsync(lease, cancellationToken);
        var executions = new List<ActiveExecution>(contents.Executions.Count);
        var skipped = contents.Executions.Where(skipping.Skips).ToList();
        foreach (var stored in contents.Executions.Except(skipped))
        {
            executions.Add(await loader.RestoreAsync(stored, null, cancellationToken));
        }

        // Their timers stay stored, for a start without the option.
        var ids = skipped.Select(static stored => (stored.TenantId, stored.ExecutionId)).ToHashSet();
        return new GainedPartition(lease, contents with { Timers = [.. contents.Timers.Where(timer => !ids.Contains((timer.TenantId, timer.ExecutionId)))] }, executions);
    }

    [LoggerMessage(LogLevel.Information, "Partition {Partition} taken over with {Count} open executions")]
    private partial void LogTaken(int partition, int count);
}
