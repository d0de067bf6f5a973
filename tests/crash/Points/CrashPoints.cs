namespace Kestra.Crash.Points;

/// <summary>
/// The moments at which the rig's own server can kill itself. They lie around the ports of the product, which knows nothing of
/// them: the decorators exist in this program alone.
/// </summary>
internal static class CrashPoints
{
    public const string MigrationBefore = "migration.before";
    public const string MigrationAfter = "migration.after";
    public const string LeaseBefore = "lease.before";
    public const string LeaseAfter = "lease.after";
    public const string RecoveryAfter = "recovery.after";
    public const string CommitBefore = "commit.before";
    public const string CommitUnderway = "commit.underway";
    public const string CommitAfter = "commit.after";
    public const string EndBefore = "end.before";
    public const string EndAfter = "end.after";
    public const string LogsBefore = "logs.before";
    public const string LogsAfter = "logs.after";
    public const string FiringBefore = "firing.before";
    public const string FiringCommitted = "firing.committed";
    public const string FiringAfter = "firing.after";
    public const string AnswerBefore = "answer.before";
    public const string JobTaken = "job.taken";
    public const string ResultBefore = "result.before";
    public const string ResultAfter = "result.after";
    public const string JobDone = "job.done";
    public const string ChangeDone = "change.done";
    public const string FlowBefore = "flow.before";
    public const string FlowAfter = "flow.after";
    public const string DrainBefore = "drain.before";
    public const string DrainAfter = "drain.after";
    public const string ReleaseBefore = "release.before";
    public const string ReleaseAfter = "release.after";

    /// <summary>Reached while the server comes up.</summary>
    public static IReadOnlyList<string> Starting { get; } = [MigrationBefore, MigrationAfter, LeaseBefore, LeaseAfter, RecoveryAfter];

    /// <summary>Reached under load.</summary>
    public static IReadOnlyList<string> Working { get; } =
    [
        CommitBefore, CommitUnderway, CommitAfter, EndBefore, EndAfter, LogsBefore, LogsAfter, FiringBefore, FiringCommitted, FiringAfter, AnswerBefore,
        JobTaken, ResultBefore, ResultAfter, JobDone, ChangeDone,
    ];

    /// <summary>Reached when a flow is stored.</summary>
    public static IReadOnlyList<string> Storing { get; } = [FlowBefore, FlowAfter];

    /// <summary>Reached while the server stops.</summary>
    public static IReadOnlyList<string> Stopping { get; } = [DrainBefore, DrainAfter, ReleaseBefore, ReleaseAfter];

    public static IReadOnlyList<string> All { get; } = [.. Starting, .. Working, .. Storing, .. Stopping];
}
