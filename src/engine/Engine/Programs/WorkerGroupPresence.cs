namespace Kestra.Engine;

/// <summary>Whether a worker group can take a task.</summary>
public enum WorkerGroupPresence
{
    /// <summary>There is no such group.</summary>
    Unknown,

    /// <summary>The group exists, and none of its workers is alive.</summary>
    Unattended,

    /// <summary>A worker of the group is alive.</summary>
    Attended,
}
