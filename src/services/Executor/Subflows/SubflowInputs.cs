using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;

namespace Kestra.Executor.Subflows;

/// <summary>Inputs of subflows, resolved as those of any other execution.</summary>
internal sealed class SubflowInputs(IFlowInputs inputs) : ISubflowInputs
{
    public async Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        try
        {
            return await inputs.ResolveAsync(flow, executionId, given, cancellationToken);
        }
        catch (FlowInputsException error)
        {
            throw new SubflowRefusedException(error.Message);
        }
    }
}
