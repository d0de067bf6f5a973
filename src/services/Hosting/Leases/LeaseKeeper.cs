using Kestra.Storage;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Hosting.Leases;

/// <summary>
/// Keeps this process's share of a circle of leases: renews them, takes what is free while it has less than its share, gives
/// back what it has beyond it. A share is the number of leases by that of the processes, rounded up.
/// </summary>
/// <param name="owner">Names this process; unique.</param>
/// <param name="lifetime">How long a lease stays after it was last renewed.</param>
public sealed partial class LeaseKeeper(IExecutionJournal journal, LeaseCircle circle, ILeaseHolder holder, string owner, TimeSpan lifetime, TimeProvider time, ILogger logger)
{
    private long confirmed;

    /// <summary>
    /// The leases can't have run out yet. A process that was stopped for a while sees by it, before anybody tells, that others may
    /// have taken over.
    /// </summary>
    public bool IsCurrent => time.GetElapsedTime(Interlocked.Read(ref confirmed)) < lifetime;

    /// <summary>Joins and takes the first leases; the holder is not told.</summary>
    public async Task<IReadOnlyList<PartitionLease>> BeginAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var taken = await TakeAsync(await ShareAsync(cancellationToken), cancellationToken);
        Interlocked.Exchange(ref confirmed, asked);
        return taken;
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="StoreUnavailableException">The database was away until the leases ran out.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(lifetime / 4, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await KeepAsync(stopping);
            }
            catch (StoreUnavailableException away) when (IsCurrent)
            {
                // A connection that breaks is replaced, and the leases hold for a while.
                LogNotRenewed(away.Message);
            }
        }
    }

    /// <summary>Gives everything back that is still held, so that others can go on at once.</summary>
    public async Task EndAsync()
    {
        try
        {
            foreach (var lease in holder.Held)
            {
                await journal.ReleaseAsync(lease, CancellationToken.None);
            }

            await journal.LeaveAsync(owner, CancellationToken.None);
        }
        catch (StoreUnavailableException away)
        {
            // Without a database the leases run out by themselves.
            LogNotGivenBack(away.Message);
        }
    }

    private Duration TimeToLive => Duration.FromTimeSpan(lifetime);

    private async Task KeepAsync(CancellationToken stopping)
    {
        var asked = time.GetTimestamp();
        var held = holder.Held;
        var lost = held.Count > 0 ? await journal.RenewAsync(held, TimeToLive, stopping) : [];
        Interlocked.Exchange(ref confirmed, asked);
        foreach (var lease in lost.Where(holder.Held.Contains))
        {
            await holder.LoseAsync(lease);
        }

        var share = await ShareAsync(stopping);
        foreach (var lease in holder.Held.OrderByDescending(static lease => lease.Partition).Take(Math.Max(0, holder.Held.Count - share)))
        {
            await holder.GiveBackAsync(lease, stopping);
        }

        foreach (var lease in await TakeAsync(share, stopping))
        {
            await holder.TakeUpAsync(lease, stopping);
        }
    }

    private async Task<int> ShareAsync(CancellationToken cancellationToken)
    {
        var members = circle.Count == 1 ? 1 : await journal.JoinAsync(circle.Name, owner, TimeToLive, cancellationToken);
        return (circle.Count + members - 1) / members;
    }

    private async Task<List<PartitionLease>> TakeAsync(int share, CancellationToken cancellationToken)
    {
        var held = holder.Held.Select(static lease => lease.Partition).ToHashSet();
        var taken = new List<PartitionLease>();
        for (var number = circle.First; number < circle.First + circle.Count && held.Count + taken.Count < share; number++)
        {
            if (!held.Contains(number) && await journal.AcquireAsync(number, owner, TimeToLive, cancellationToken) is { } lease)
            {
                taken.Add(lease);
            }
        }

        return taken;
    }

    [LoggerMessage(LogLevel.Warning, "The leases could not be renewed ({Reason}); it is tried again")]
    private partial void LogNotRenewed(string reason);

    [LoggerMessage(LogLevel.Warning, "The leases could not be given back ({Reason}); they run out by themselves")]
    private partial void LogNotGivenBack(string reason);
}
