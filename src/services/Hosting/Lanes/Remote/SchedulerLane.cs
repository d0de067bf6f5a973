namespace Kestra.Hosting.Lanes.Remote;

/// <summary>What the scheduler has beside the partitions of executions.</summary>
public static class SchedulerLane
{
    /// <summary>The number under which the scheduler's lease is held and its commands are stored; beyond those of all partitions.</summary>
    public const int Partition = 1_000_000;
}
