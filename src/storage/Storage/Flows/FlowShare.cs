using Kestra.Storage.Executions;

namespace Kestra.Storage.Flows;

/// <summary>One of several even parts of all flows.</summary>
/// <param name="Number">0-based.</param>
/// <param name="Total">How many parts there are; a power of two.</param>
public readonly record struct FlowShare(int Number, int Total)
{
    public static FlowShare Everything { get; } = new(0, 1);

    public bool Contains(string tenantId, string @namespace, string flowId) => FlowPartition.Of(tenantId, @namespace, flowId, Total) == Number;
}
