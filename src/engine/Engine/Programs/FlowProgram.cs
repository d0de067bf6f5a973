using Kestra.Model.Flows;

namespace Kestra.Engine;

/// <summary>One revision of a flow, compiled once and shared by all its executions; immutable.</summary>
public sealed class FlowProgram(Flow flow)
{
    public Flow Flow { get; } = flow;
}
