using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;

namespace Kestra.Worker.Claiming;

/// <summary>A job that this worker has claimed.</summary>
internal sealed class Claim(WorkerJobRow row, WorkerJob job, long takenAt)
{
    public WorkerJobRow Row { get; } = row;
    public WorkerJob Job { get; } = job;

    /// <summary>A time stamp of the clock's.</summary>
    public long TakenAt { get; } = takenAt;
    public ClaimStage Stage { get; set; } = ClaimStage.Ready;

    /// <summary>The worker was told to stop it.</summary>
    public bool IsStopped { get; set; }
}

internal enum ClaimStage
{
    /// <summary>Waits for its slot.</summary>
    Ready,
    Running,
}
