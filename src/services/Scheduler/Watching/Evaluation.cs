using Kestra.Hosting.Lanes;

namespace Kestra.Scheduler.Watching;

/// <summary>A job that a worker has, or may take.</summary>
internal sealed class Evaluation(TriggerJob job, WatchEntry entry)
{
    public TriggerJob Job { get; } = job;

    /// <summary>The trigger as it is declared now.</summary>
    public WatchEntry Entry { get; } = entry;

    /// <summary>The worker has told how it ended.</summary>
    public bool IsAnswered { get; set; }
}
