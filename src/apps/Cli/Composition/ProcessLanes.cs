namespace Kestra.Cli.Composition;

/// <summary>
/// What parts ask of each other by lanes that end with their process. A role that needs one of them may not start alone: it
/// would look as if it worked.
/// </summary>
internal static class ProcessLanes
{
    private static readonly (ServerParts Part, ServerParts Needs, string What)[] WithinOneProcess =
    [
        (ServerParts.Executor, ServerParts.Worker, "hands jobs to workers"),
        (ServerParts.Worker, ServerParts.Executor, "takes jobs from executors"),
        (ServerParts.Scheduler, ServerParts.Executor, "starts executions"),
        (ServerParts.Scheduler, ServerParts.Worker, "has triggers evaluated by workers"),
        (ServerParts.Webserver, ServerParts.Executor, "gives commands to executors"),
        (ServerParts.Webserver, ServerParts.Scheduler, "gives commands to schedulers"),
    ];

    /// <summary>What these parts lack in a process of their own; empty when they can work.</summary>
    public static IReadOnlyList<string> Missing(ServerParts parts) =>
        [.. WithinOneProcess.Where(lane => parts.HasFlag(lane.Part) && !parts.HasFlag(lane.Needs)).Select(static lane => $"it {lane.What}")];
}
