namespace Kestra.Model.Flows;

/// <summary>How one flow leads to another.</summary>
public enum FlowRelation
{
    /// <summary>A task of the source runs the destination.</summary>
    FLOW_TASK,

    /// <summary>A trigger of the destination follows executions of the source.</summary>
    FLOW_TRIGGER,
}

/// <param name="Uid">Of the flow without its revision.</param>
public sealed record FlowTopologyNode(string Uid, string TenantId, string Namespace, string Id);

/// <summary>A flow that leads to another.</summary>
public sealed record FlowTopology(FlowTopologyNode Source, FlowRelation Relation, FlowTopologyNode Destination);
