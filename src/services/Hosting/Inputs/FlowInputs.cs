using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Encryption;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Storage.Objects;

namespace Kestra.Hosting.Inputs;

/// <summary>Resolves what was given for the inputs of a flow, or of a pause, the same way for the API, triggers and subflows.</summary>
/// <param name="encryption">Null when no key is configured: SECRET inputs are then refused.</param>
/// <param name="localFolders">Folders of the server from which the value of a FILE input may be copied (<c>kestra.local-files.allowed-paths</c>).</param>
public sealed class FlowInputs(EngineEnvironment environment, IObjectStorage objects, ValueEncryption? encryption = null, IReadOnlyList<string>? localFolders = null) : IFlowInputs
{
    public async Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        try
        {
            return InputResolver.Values(await ResolveAllAsync(flow, flow.Inputs ?? [], executionId, given, cancellationToken));
        }
        catch (InputResolutionException error)
        {
            throw new FlowInputsException(error.Message);
        }
    }

    /// <summary>Every input with what became of it.</summary>
    /// <param name="inputs">The flow's, or those that a pause asks for.</param>
    public Task<IReadOnlyList<ResolvedInput>> ResolveAllAsync(Flow flow, IReadOnlyList<InputDefinition> inputs, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        var resolver = new InputResolver(
            environment.Expressions,
            (input, path, cancelled) => StoreLocalFileAsync(flow, executionId, input, path, cancelled),
            encryption is null ? null : encryption.Protect);
        var host = environment.HostOf(flow.TenantId, flow.Namespace, flow.Id, executionId);
        return resolver.ResolveAsync(inputs, given, FlowVariables.Of(environment, flow, executionId), host, cancellationToken);
    }

    // A caller of the API names the path, so only folders that the operator has opened are read.
    private async Task<string> StoreLocalFileAsync(Flow flow, string executionId, InputDefinition input, string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (!(localFolders ?? []).Any(folder => full.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
        {
            throw new InvalidInputException($"The path {full} is not authorized. Path must be allowed either globally inside the Kestra configuration using the `kestra.local-files.allowed-paths` property");
        }

        if (!File.Exists(full))
        {
            throw new InvalidInputException($"The file {full} does not exist");
        }

        await using var content = new FileStream(full, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await objects.PutAsync(flow.TenantId, StoragePaths.Input(flow.Namespace, flow.Id, executionId, input.Id, Path.GetFileName(full)), content, null, cancellationToken);
    }
}
