using Kestra.Model.Flows;

namespace Kestra.Hosting.Triggers;

/// <summary>Resolves the inputs of an execution against the definitions of its flow: defaults, types, validation.</summary>
public interface IFlowInputs
{
    /// <param name="given">Undeclared names are dropped.</param>
    /// <exception cref="FlowInputsException">An input is missing or wrong; the message names each.</exception>
    Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken);
}

/// <summary>Inputs that do not fit the flow; the message is for the user.</summary>
public sealed class FlowInputsException(string message) : Exception(message);
