namespace Kestra.Flows.Graph;

/// <summary>A cluster while it is built, or the whole graph.</summary>
/// <param name="Uid">Beginning of the uids inside.</param>
/// <param name="Finally">Node where the main branch and the errors meet; null when nothing follows them.</param>
/// <param name="AfterExecution">Node before the tasks that run after the execution; null without them.</param>
/// <param name="Parents">Uids of the clusters around, this one not included.</param>
internal sealed record GraphScope(string Uid, string Root, string? Finally, string? AfterExecution, string End, IReadOnlyList<string> Parents)
{
    public const string ClusterPrefix = "cluster_";

    /// <summary>Uids of what stands directly inside.</summary>
    public List<string> Members { get; } = [];

    /// <summary>Where the main branch leads to.</summary>
    public string AfterTasks => Finally ?? AfterExecution ?? End;

    /// <summary>Where the branch of <c>finally</c> leads to.</summary>
    public string AfterFinally => AfterExecution ?? End;
}
