using System.Net.Http.Headers;
using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Running;

/// <summary>Inputs of the command line as a request body; an input of type FILE takes the path of a local file.</summary>
internal static class RunInputs
{
    /// <param name="flow">The flow as the server has it: says which inputs there are.</param>
    /// <param name="fullPath">Makes a path of the command line absolute.</param>
    /// <exception cref="CommandFailureException">An input is unknown, or its file cannot be read.</exception>
    public static MultipartFormDataContent Build(JsonElement flow, IReadOnlyList<KeyValuePair<string, string>> inputs, Func<string, string> fullPath)
    {
        var types = flow.TryGetProperty("inputs", out var declared) && declared.ValueKind == JsonValueKind.Array
            ? declared.EnumerateArray().ToDictionary(static input => input.Text("id") ?? "", static input => input.Text("type") ?? "", StringComparer.Ordinal)
            : [];
        var content = new MultipartFormDataContent();
        foreach (var (id, value) in inputs)
        {
            if (!types.TryGetValue(id, out var type))
            {
                throw new CommandFailureException($"The flow has no input '{id}'. {(types.Count == 0 ? "It takes none." : $"Its inputs are: {string.Join(", ", types.Keys)}.")}");
            }

            if (type == "FILE" && !value.Contains(":///", StringComparison.Ordinal))
            {
                content.Add(OpenFile(id, fullPath(value)), id, Path.GetFileName(value));
            }
            else
            {
                content.Add(new StringContent(value), id);
            }
        }

        if (inputs.Count == 0)
        {
            // A body without parts is no multipart body.
            content.Add(new StringContent(""), "_");
        }

        return content;
    }

    private static StreamContent OpenFile(string id, string path)
    {
        try
        {
            var content = new StreamContent(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.Asynchronous));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            return content;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailureException($"The input '{id}' is a file; '{path}' cannot be read: {error.Message}", error);
        }
    }
}
