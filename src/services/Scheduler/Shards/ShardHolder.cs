using System.Collections.Immutable;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Leases;
using Kestra.Scheduler.Watching;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler.Shards;

/// <summary>Runs the shards whose leases this process has.</summary>
/// <param name="calls">Runs beside each shard.</param>
internal sealed partial class ShardHolder(ShardParts parts, SharedScheduler shared, SchedulerCalls calls) : ILeaseHolder
{
    private readonly ILogger logger = parts.Logger;
    private volatile ImmutableDictionary<int, Holding> holdings = ImmutableDictionary<int, Holding>.Empty;

    // For a moment, the executor of this process may still take it for the owner. What ended before, the new owner finds out when it
    // reads the triggers.
    private volatile ImmutableDictionary<int, long> former = ImmutableDictionary<int, long>.Empty;

    /// <summary>Whether the leases can't have run out yet.</summary>
    public Func<bool> IsCurrent { get; set; } = static () => false;

    public IReadOnlyList<PartitionLease> Held => [.. holdings.Values.Select(static holding => holding.Lease)];

    public IReadOnlyCollection<SchedulerShard> Shards => [.. holdings.Values.Select(static holding => holding.Shard)];

    public SchedulerShard? Find(TriggerKey key) => holdings.GetValueOrDefault(shared.Shards.LaneOf(key))?.Shard;

    /// <summary>An execution has ended in this process.</summary>
    public void Hear(EndedExecution end)
    {
        var lane = shared.Shards.LaneOf(end.Trigger);
        if (holdings.TryGetValue(lane, out var holding))
        {
            holding.Shard.Hear(end);
        }
        else if (former.TryGetValue(lane, out var since) && parts.Time.GetElapsedTime(since) < parts.Options.LeaseTimeToLive)
        {
            _ = ForwardAsync(lane, end);
        }
    }

    public Task TakeUpAsync(PartitionLease lease, CancellationToken cancellationToken)
    {
        var stopping = new CancellationTokenSource();
        var shard = new SchedulerShard(parts, shared.Shards.ShareOf(lease.Partition), new LeasedWrites(shared.Journal, shared.Jobs, lease), () => IsCurrent());
        var work = Task.Run(() => shard.RunAsync((one, token) => calls.RunAsync(lease, one.Hear, token), stopping.Token), CancellationToken.None);
        former = former.Remove(lease.Partition);
        holdings = holdings.Add(lease.Partition, new Holding(lease, shard, stopping, work));
        LogTaken(shared.Shards.ShareOf(lease.Partition).Number, shared.Shards.Count);
        return Task.CompletedTask;
    }

    public async Task GiveBackAsync(PartitionLease lease, CancellationToken cancellationToken)
    {
        await EndAsync(lease);
        await shared.Journal.ReleaseAsync(lease, CancellationToken.None);
        LogGiven(shared.Shards.ShareOf(lease.Partition).Number);
    }

    public async Task LoseAsync(PartitionLease lease)
    {
        LogLost(shared.Shards.ShareOf(lease.Partition).Number);
        await EndAsync(lease);
    }

    /// <summary>Ends all shards and leaves their leases to <see cref="LeaseKeeper.EndAsync"/>.</summary>
    public async Task StopAsync()
    {
        foreach (var holding in holdings.Values)
        {
            await holding.StopAsync();
        }
    }

    /// <summary>No lease is held any more.</summary>
    public void Clear()
    {
        foreach (var holding in holdings.Values)
        {
            holding.Dispose();
        }

        holdings = holdings.Clear();
    }

    private async Task EndAsync(PartitionLease lease)
    {
        var holding = holdings[lease.Partition];
        await holding.StopAsync();
        former = former.SetItem(lease.Partition, parts.Time.GetTimestamp());
        holdings = holdings.Remove(lease.Partition);
        holding.Dispose();
    }

    private async Task ForwardAsync(int lane, EndedExecution end)
    {
        try
        {
            var call = new TriggerCall(TriggerOperation.Ended, end.Trigger) { ExecutionId = end.ExecutionId, State = end.State };
            await shared.Journal.EnqueueCommandAsync(lane, end.ExecutionId, call.Encode(), CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The new owner looks for the executions that hold its triggers.
            LogNotForwarded(failure, end.ExecutionId);
        }
    }

    private sealed record Holding(PartitionLease Lease, SchedulerShard Shard, CancellationTokenSource Stopping, Task Work) : IDisposable
    {
        public async Task StopAsync()
        {
            await Stopping.CancelAsync();
            await Work;
        }

        public void Dispose() => Stopping.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "The scheduler of this server fires the triggers of shard {Shard} of {Count} from now on")]
    private partial void LogTaken(int shard, int count);

    [LoggerMessage(LogLevel.Information, "Shard {Shard} of the triggers was handed on")]
    private partial void LogGiven(int shard);

    [LoggerMessage(LogLevel.Warning, "Shard {Shard} of the triggers was taken over by another server")]
    private partial void LogLost(int shard);

    [LoggerMessage(LogLevel.Warning, "The end of execution {ExecutionId} could not be told to the scheduler that has its trigger; it finds out by itself")]
    private partial void LogNotForwarded(Exception failure, string executionId);
}
