using Kestra.Hosting.Leases;
using Kestra.Storage.Flows;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>
/// The parts in which schedulers share the triggers: all of one flow are in one. Each has a lease, and commands are stored under
/// its number, which is beyond those of all partitions of executions.
/// </summary>
/// <param name="count">How many there are; a power of two, the same for every process on the database.</param>
public sealed class SchedulerShards(int count)
{
    /// <summary>How many there are where several processes may share a database, unless configured.</summary>
    public const int DefaultCount = 4;

    public const int Maximum = 256;

    private const int First = 1_000_000;

    public int Count => count;

    public LeaseCircle Circle { get; } = new("triggers", First, count);

    /// <summary>The number under which commands for the scheduler of a trigger are stored.</summary>
    public int LaneOf(TriggerKey key) => First + Storage.Executions.FlowPartition.Of(key.TenantId, key.Namespace, key.FlowId, count);

    /// <summary>The flows of the shard whose lease has this number.</summary>
    public FlowShare ShareOf(int lane) => new(lane - First, count);
}
