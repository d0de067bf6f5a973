using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Model.Triggers;

namespace Kestra.Flows.Graph;

/// <summary>How a task follows another.</summary>
public enum RelationType { SEQUENTIAL, PARALLEL, CHOICE, DYNAMIC, ERROR, FINALLY, AFTER_EXECUTION }

/// <summary>A branch that is not the main one.</summary>
public enum BranchType { ERROR, FINALLY, AFTER_EXECUTION }

/// <param name="Type">Name of the node's class, by which clients tell nodes apart.</param>
public sealed record GraphNode(string Uid, string Type)
{
    public TaskDefinition? Task { get; init; }
    public RelationType? Relation { get; init; }
    public BranchType? Branch { get; init; }
    public TriggerDefinition? TriggerDeclaration { get; init; }
    public Trigger? Trigger { get; init; }

    /// <summary>In the graph of an execution: the latest run of the task.</summary>
    public TaskRun? Run { get; init; }
}

/// <param name="Value">The choice that leads here: <c>then</c>, <c>else</c>, a case, <c>defaults</c>.</param>
public sealed record GraphEdge(string Source, string Target, RelationType? Relation = null, string? Value = null);

/// <summary>A part of the graph that belongs together: the tasks of a flowable task, of a subflow, or the triggers.</summary>
/// <param name="Nodes">Uids, those of inner clusters among them.</param>
/// <param name="Parents">Uids of the clusters around, the innermost last.</param>
public sealed record GraphCluster(string Uid, string Type, RelationType? Relation, GraphNode? TaskNode, string FinallyUid, IReadOnlyList<string> Nodes, IReadOnlyList<string> Parents, string Start, string End);

/// <summary>A flow as a graph (§5.5 of the API).</summary>
public sealed record FlowGraph(IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges, IReadOnlyList<GraphCluster> Clusters)
{
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("nodes"u8);
        foreach (var node in Nodes)
        {
            Write(writer, node);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("edges"u8);
        foreach (var edge in Edges)
        {
            Write(writer, edge);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("clusters"u8);
        foreach (var cluster in Clusters)
        {
            Write(writer, cluster);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, GraphNode node)
    {
        writer.WriteStartObject();
        if (node.TriggerDeclaration is { } declaration)
        {
            writer.WritePropertyName("triggerDeclaration"u8);
            TaskJson.Write(writer, declaration, JsonProfile.Api);
        }

        if (node.Trigger is { } trigger)
        {
            writer.WritePropertyName("trigger"u8);
            ModelJson.Write(writer, trigger, JsonProfile.Api);
        }

        writer.WriteString("uid"u8, node.Uid);
        writer.WriteString("type"u8, node.Type);
        writer.WriteText("branchType", node.Branch?.ToString());
        if (node.Task is { } task)
        {
            writer.WritePropertyName("task"u8);
            TaskJson.Write(writer, task, JsonProfile.Api);
        }

        if (node.Run is { } run)
        {
            writer.WritePropertyName("taskRun"u8);
            ModelJson.Write(writer, run, JsonProfile.Api);
        }

        writer.WriteText("relationType", node.Relation?.ToString());
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, GraphEdge edge)
    {
        writer.WriteStartObject();
        writer.WriteString("source"u8, edge.Source);
        writer.WriteString("target"u8, edge.Target);
        writer.WriteStartObject("relation"u8);
        writer.WriteText("relationType", edge.Relation?.ToString());
        writer.WriteText("value", edge.Value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, GraphCluster cluster)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("cluster"u8);
        writer.WriteString("uid"u8, cluster.Uid);
        writer.WriteString("type"u8, cluster.Type);
        writer.WriteText("relationType", cluster.Relation?.ToString());
        if (cluster.TaskNode is { } node)
        {
            writer.WritePropertyName("taskNode"u8);
            Write(writer, node);
        }

        writer.WritePropertyName("finally"u8);
        Write(writer, new GraphNode(cluster.FinallyUid, GraphTypes.Finally));
        writer.WriteEndObject();
        writer.WriteTexts("nodes", cluster.Nodes);
        writer.WriteTexts("parents", cluster.Parents);
        writer.WriteString("start"u8, cluster.Start);
        writer.WriteString("end"u8, cluster.End);
        writer.WriteEndObject();
    }
}
