using Kestra.Model.Executions;

namespace Kestra.Webserver.Executions;

/// <summary>What a bulk call does, without the doing: how it refuses.</summary>
/// <param name="Message">Of the refusal as a whole.</param>
/// <param name="Refuses">Why an execution can't take part; null when it can.</param>
internal sealed record BulkVerb(string Message, Func<Execution, string?> Refuses)
{
    public static BulkVerb Restart { get; } = new("invalid bulk restart", static execution => execution.State.Current == StateType.FAILED ? null : "execution not in state FAILED");

    public static BulkVerb Replay { get; } = new("invalid bulk replay", static _ => null);

    public static BulkVerb Kill { get; } = new("invalid bulk kill", static execution => execution.State.Current.IsTerminated ? "execution already finished" : null);

    public static BulkVerb Pause { get; } = new("invalid bulk pause", static execution => execution.State.Current == StateType.RUNNING ? null : "execution not in state RUNNING");

    public static BulkVerb Resume { get; } = new("invalid bulk resume", static execution => execution.State.Current == StateType.PAUSED ? null : "execution not in state PAUSED");

    public static BulkVerb ChangeStatus { get; } = new("invalid bulk change executions state", static execution => execution.State.Current.IsTerminated ? null : "execution not in a terminated state");

    public static BulkVerb Labels { get; } = new("invalid bulk set labels", static execution => execution.State.Current.IsTerminated ? null : "execution is not terminated");

    public static BulkVerb Unqueue { get; } = new("invalid bulk unqueue", static execution => execution.State.Current == StateType.QUEUED ? null : "execution not in state QUEUED");

    public static BulkVerb ForceRun { get; } = new("invalid bulk force run", static execution => execution.State.Current.IsTerminated ? "execution in a terminated state" : null);

    public static BulkVerb Delete(bool includeNonTerminated) => new("invalid bulk delete", execution => includeNonTerminated || execution.State.Current.IsTerminated ? null : "execution not found");
}

/// <summary>Executions that a bulk call can't take, with the reason of each.</summary>
internal sealed record BulkRefusal(string Message, IReadOnlyList<(string Id, string Reason)> Invalids);
