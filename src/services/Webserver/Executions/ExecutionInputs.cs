using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Inputs;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Executions;

/// <summary>Inputs of an execution as a multipart body brings them.</summary>
internal sealed class ExecutionInputs(FlowInputs inputs, IObjectStorage objects, EngineEnvironment environment)
{
    /// <summary>Name of the part that older clients send files under; the file's name is then the input's id.</summary>
    private const string DeprecatedFilePart = "files";

    /// <summary>The command that creates the execution, as far as the checks of its flow let it be created.</summary>
    /// <exception cref="ApiException">A check blocks it.</exception>
    public Command.Create Checked(Flow flow, Execution execution, CancellationToken cancellationToken)
    {
        var verdict = FlowChecks.Judge(environment, flow, execution.Id, execution.Inputs, cancellationToken);
        return verdict.Blocks
            ? throw ApiException.IllegalArgument($"Flow execution blocked: {verdict.Failure}")
            : new Command.Create(execution) { Failure = verdict.Failure };
    }

    /// <summary>Values by input; files are stored where the execution looks for them.</summary>
    public async Task<IReadOnlyDictionary<string, object?>> ReadAsync(HttpContext http, Flow flow, IReadOnlyList<InputDefinition> definitions, string executionId)
    {
        var values = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        var known = definitions.Select(static input => input.Id).ToHashSet(StringComparer.Ordinal);
        await foreach (var part in Multipart.PartsAsync(http))
        {
            var input = part is { Name: DeprecatedFilePart, FileName: { } fileName } && !known.Contains(DeprecatedFilePart) ? fileName : part.Name;
            if (!known.Contains(input))
            {
                continue;
            }

            if (part.FileName is null)
            {
                var text = await part.TextAsync(http.RequestAborted);
                values[input] = text.Length == 0 ? null : text;
            }
            else
            {
                values[input] = await StoreAsync(flow, executionId, input, part, http.RequestAborted);
            }
        }

        return values;
    }

    /// <summary>The values alone: a check stores nothing, and a file counts as given, whatever it holds.</summary>
    public static async Task<IReadOnlyDictionary<string, object?>> ValuesOnlyAsync(HttpContext http)
    {
        var values = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        await foreach (var part in Multipart.PartsAsync(http))
        {
            var text = part.FileName is null ? await part.TextAsync(http.RequestAborted) : part.FileName;
            values[part.Name] = text.Length == 0 ? null : text;
        }

        return values;
    }

    /// <exception cref="ApiException">The first input that is missing or wrong.</exception>
    public async Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, IReadOnlyList<InputDefinition> definitions, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        try
        {
            return InputResolver.Values(await ResolveAllAsync(flow, definitions, executionId, given, cancellationToken));
        }
        catch (InputResolutionException error)
        {
            var input = error.Faulty[0].Input.Id;
            var prefix = input + ": ";
            throw ApiException.InvalidEntity(input, error.Message.StartsWith(prefix, StringComparison.Ordinal) ? error.Message[prefix.Length..] : error.Message);
        }
    }

    public Task<IReadOnlyList<ResolvedInput>> ResolveAllAsync(Flow flow, IReadOnlyList<InputDefinition> definitions, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken) =>
        inputs.ResolveAllAsync(flow, definitions, executionId, given, cancellationToken);

    private async Task<string> StoreAsync(Flow flow, string executionId, string input, Part part, CancellationToken cancellationToken)
    {
        var name = part.FileName!.Split('/', '\\')[^1];
        var path = StoragePaths.Input(flow.Namespace, flow.Id, executionId, input, name is "" or "." or ".." ? input : name);
        await objects.PutAsync(flow.TenantId, path, part.Content, null, cancellationToken);
        return (await objects.AttributesAsync(flow.TenantId, path, cancellationToken)).Size > 0
            ? StorageUri.Of(path)
            : throw ApiException.IllegalArgument($"Can't upload file: {name}");
    }
}
