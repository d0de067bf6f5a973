using Kestra.Executor.Loop;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Executor.Partitions;

/// <summary>
/// Keeps this process's share of the partitions: renews the leases, takes what is free while it has less than its share, gives
/// back what it has beyond it. A share is the number of partitions by that of the processes, rounded up.
/// </summary>
internal sealed partial class PartitionKeeper(
    IExecutionJournal journal,
    OwnedPartitions owned,
    ExecutionLoader loader,
    ExecutorInbox inbox,
    string owner,
    ExecutorOptions options,
    TimeProvider time,
    ILogger<PartitionKeeper> logger)
{
    /// <summary>Joins and takes the first partitions; the loop does not run yet.</summary>
    /// <exception cref="PartitionTakenException">There is only one partition, and another process has it.</exception>
    public async Task<IReadOnlyList<GainedPartition>> BeginAsync(CancellationToken cancellationToken)
    {
        var leases = await TakeAsync(await ShareAsync(cancellationToken), cancellationToken);
        if (leases.Count == 0 && owned.Total == 1)
        {
            throw new PartitionTakenException();
        }

        var gained = new List<GainedPartition>(leases.Count);
        foreach (var lease in leases)
        {
            gained.Add(await LoadAsync(lease, cancellationToken));
        }

        return gained;
    }

    /// <summary>Runs beside the loop until cancelled.</summary>
    /// <exception cref="LeaseLostException">A lease went to another process; nothing more may be decided.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.LeaseTimeToLive / 4, time);
        var held = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stopping))
        {
            var asked = time.GetTimestamp();
            try
            {
                await KeepAsync(stopping);
                held = asked;
            }
            catch (Storage.StoreUnavailableException away) when (time.GetElapsedTime(held) < options.LeaseTimeToLive)
            {
                // A connection that breaks is replaced, and the leases hold for a while.
                LogNotRenewed(away.Message);
            }
        }
    }

    private async Task KeepAsync(CancellationToken stopping)
    {
        if (owned.Count > 0 && await journal.RenewAsync(owned.Leases, TimeToLive, stopping) is [var lost, ..] && owned.Owns(lost.Partition))
        {
            throw new LeaseLostException(lost);
        }

        var share = await ShareAsync(stopping);
        await GiveBackAsync(share, stopping);
        foreach (var lease in await TakeAsync(share, stopping))
        {
            var gained = await LoadAsync(lease, stopping);
            LogTaken(lease.Partition, gained.Executions.Count);
            await ChangeAsync(done => new LaneItem.Gain(gained, done), stopping);
        }
    }

    /// <summary>Gives everything back, so that others can go on at once.</summary>
    public async Task EndAsync()
    {
        try
        {
            foreach (var lease in owned.Leases)
            {
                await journal.ReleaseAsync(lease, CancellationToken.None);
            }

            await journal.LeaveAsync(owner, CancellationToken.None);
        }
        catch (Storage.StoreUnavailableException away)
        {
            // Without a database the leases run out by themselves.
            LogNotGivenBack(away.Message);
        }
        finally
        {
            owned.Clear();
        }
    }

    private Duration TimeToLive => Duration.FromTimeSpan(options.LeaseTimeToLive);

    private async Task<int> ShareAsync(CancellationToken cancellationToken)
    {
        var members = owned.Total == 1 ? 1 : await journal.JoinAsync(owner, TimeToLive, cancellationToken);
        return (owned.Total + members - 1) / members;
    }

    private async Task<List<PartitionLease>> TakeAsync(int share, CancellationToken cancellationToken)
    {
        var taken = new List<PartitionLease>();
        for (var partition = 0; partition < owned.Total && owned.Count + taken.Count < share; partition++)
        {
            if (!owned.Owns(partition) && await journal.AcquireAsync(partition, owner, TimeToLive, cancellationToken) is { } lease)
            {
                taken.Add(lease);
            }
        }

        return taken;
    }

    private async Task GiveBackAsync(int share, CancellationToken stopping)
    {
        foreach (var partition in owned.All.OrderDescending().Take(Math.Max(0, owned.Count - share)))
        {
            await ChangeAsync(done => new LaneItem.Yield(partition, done), stopping);
        }
    }

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
        foreach (var stored in contents.Executions)
        {
            executions.Add(await loader.RestoreAsync(stored, null, cancellationToken));
        }

        return new GainedPartition(lease, contents, executions);
    }

    [LoggerMessage(LogLevel.Information, "Partition {Partition} taken over with {Count} open executions")]
    private partial void LogTaken(int partition, int count);

    [LoggerMessage(LogLevel.Warning, "The leases of the partitions could not be renewed ({Reason}); it is tried again")]
    private partial void LogNotRenewed(string reason);

    [LoggerMessage(LogLevel.Warning, "The partitions could not be given back ({Reason}); their leases run out by themselves")]
    private partial void LogNotGivenBack(string reason);
}
