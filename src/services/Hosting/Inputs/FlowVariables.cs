using Kestra.Engine;
using Kestra.Model.Flows;

namespace Kestra.Hosting.Inputs;

/// <summary>What expressions of a flow see before there is an execution.</summary>
internal static class FlowVariables
{
    public static OrderedDictionary<string, object?> Of(EngineEnvironment environment, Flow flow, string executionId) => new(StringComparer.Ordinal)
    {
        ["flow"] = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = flow.Id, ["namespace"] = flow.Namespace, ["revision"] = flow.Revision, ["tenantId"] = flow.TenantId },
        ["execution"] = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = executionId },
        ["vars"] = flow.Variables ?? new OrderedDictionary<string, object?>(),
        ["globals"] = environment.Globals,
        ["envs"] = environment.Envs,
        ["kestra"] = environment.Kestra,
    };
}
