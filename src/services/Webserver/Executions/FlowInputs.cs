using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;

namespace Kestra.Webserver.Executions;

/// <summary>Inputs of executions that triggers start, resolved as those of the API.</summary>
internal sealed class FlowInputs(EngineEnvironment environment) : IFlowInputs
{
    public async Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        try
        {
            return InputResolver.Values(await ResolveAllAsync(environment, flow, flow.Inputs ?? [], executionId, given, cancellationToken));
        }
        catch (InputResolutionException error)
        {
            throw new FlowInputsException(error.Message);
        }
    }

    /// <param name="inputs">The flow's, or those that a pause asks for.</param>
    public static Task<IReadOnlyList<ResolvedInput>> ResolveAllAsync(EngineEnvironment environment, Flow flow, IReadOnlyList<InputDefinition> inputs, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["flow"] = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = flow.Id, ["namespace"] = flow.Namespace, ["revision"] = flow.Revision, ["tenantId"] = flow.TenantId },
            ["execution"] = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = executionId },
            ["vars"] = flow.Variables ?? new OrderedDictionary<string, object?>(),
            ["globals"] = environment.Globals,
            ["envs"] = environment.Envs,
            ["kestra"] = environment.Kestra,
        };
        var host = environment.HostOf(flow.TenantId, flow.Namespace, flow.Id, executionId);
        return new InputResolver(environment.Expressions).ResolveAsync(inputs, given, variables, host, cancellationToken);
    }
}
