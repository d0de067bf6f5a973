namespace Kestra.Flows.Graph;

/// <summary>Names of the classes of nodes and clusters, by which clients tell them apart.</summary>
internal static class GraphTypes
{
    public const string Root = Prefix + "GraphClusterRoot";
    public const string End = Prefix + "GraphClusterEnd";
    public const string Finally = Prefix + "GraphClusterFinally";
    public const string AfterExecution = Prefix + "GraphClusterAfterExecution";
    public const string Task = Prefix + "GraphTask";
    public const string Trigger = Prefix + "GraphTrigger";
    public const string Subflow = Prefix + "SubflowGraphTask";
    public const string ExpandedSubflow = Prefix + "SubflowGraphTask$1";
    public const string Cluster = Prefix + "GraphCluster";
    public const string SubflowCluster = Prefix + "SubflowGraphCluster";

    private const string Prefix = "io.kestra.core.models.hierarchies.";
}
