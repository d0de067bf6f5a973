namespace Kestra.Engine;

/// <summary>The flow that an execution started by a task runs.</summary>
public sealed record SubflowTarget(string Namespace, string FlowId);
