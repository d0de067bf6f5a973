using Kestra.Storage.Executions;
using Kestra.Hosting.Lanes.Remote;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>The right to fire. Of several schedulers on one database one has it; the others stand by and take it when its time runs out.</summary>
/// <param name="owner">Names this process; unique.</param>
internal sealed class SchedulerLease(IExecutionJournal journal, string owner, TimeSpan timeToLive, TimeProvider time)
{
    /// <returns>Null when another process has it.</returns>
    public async Task<PartitionLease?> TakeAsync(CancellationToken cancellationToken) =>
        await journal.AcquireAsync(SchedulerLane.Partition, owner, Duration.FromTimeSpan(timeToLive), cancellationToken);

    /// <summary>Prolongs it until cancelled.</summary>
    /// <exception cref="LeaseLostException">Another process has it; nothing more may be fired.</exception>
    public async Task KeepAsync(PartitionLease lease, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(timeToLive / 4, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if ((await journal.RenewAsync([lease], Duration.FromTimeSpan(timeToLive), stopping)).Count > 0)
            {
                throw new LeaseLostException(lease);
            }
        }
    }

    public Task GiveBackAsync(PartitionLease lease) => journal.ReleaseAsync(lease, CancellationToken.None);
}
