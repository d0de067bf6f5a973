using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Cli.Namespaces;
using Kestra.Flows.Yaml;

namespace Kestra.Cli.Running;

/// <summary>
/// Brings a flow file to a server, with what it needs of its neighbours: the subflows that lie beside it, and the
/// namespace files below a folder <c>_files</c> beside it.
/// </summary>
internal sealed class RunDeployment(ApiClient client)
{
    private const string FilesFolder = "_files";

    /// <summary>Creates or updates everything that the flow needs, then the flow.</summary>
    /// <param name="check">Looks at a file before it is sent; throws when something is wrong with it.</param>
    /// <returns>The flow as the server has it.</returns>
    /// <exception cref="ApiErrorException">The server refused a flow.</exception>
    public async Task<JsonElement> DeployAsync(string file, Action<string, string> check, CancellationToken cancellationToken)
    {
        var main = await LoadAsync(file, cancellationToken);
        var neighbours = await NeighboursAsync(file, cancellationToken);
        var needed = new List<FlowFile> { main };
        for (var i = 0; i < needed.Count; i++)
        {
            needed.AddRange(needed[i].References.Where(neighbours.ContainsKey).Select(reference => neighbours[reference]).Where(found => !needed.Exists(known => known.Id == found.Id)));
        }

        needed.ForEach(flow => check(flow.Path, flow.Source));
        var folder = Path.Combine(Path.GetDirectoryName(file)!, FilesFolder);
        if (Directory.Exists(folder) && main.Id.Namespace.Length > 0)
        {
            await NamespaceUpload.RunAsync(client, main.Id.Namespace, folder, "/", static (_, _) => { }, cancellationToken);
        }

        // What is called is there before its caller, so that the server has nothing to warn about.
        var answer = default(JsonElement);
        foreach (var flow in Enumerable.Reverse(needed))
        {
            (answer, _) = await FlowUpload.SaveAsync(client, flow.Id.Namespace, flow.Id.Flow, flow.Source, cancellationToken);
        }

        return answer;
    }

    private static async Task<Dictionary<FlowName, FlowFile>> NeighboursAsync(string file, CancellationToken cancellationToken)
    {
        var flows = new Dictionary<FlowName, FlowFile>();
        foreach (var path in Directory.EnumerateFiles(Path.GetDirectoryName(file)!).Where(static path => Path.GetExtension(path) is ".yml" or ".yaml").Order(StringComparer.Ordinal))
        {
            var flow = await LoadAsync(path, cancellationToken);
            flows.TryAdd(flow.Id, flow);
        }

        return flows;
    }

    private static async Task<FlowFile> LoadAsync(string path, CancellationToken cancellationToken)
    {
        var source = await FlowFiles.ExpandAsync(await FlowFiles.ReadAsync(path, cancellationToken), path, cancellationToken);
        try
        {
            var root = YamlDocument.Parse(source).Root as IReadOnlyDictionary<string, object?>;
            return new FlowFile(path, source, new FlowName(Text(root, "namespace"), Text(root, "id")), root is null ? [] : [.. References(root)]);
        }
        catch (YamlException)
        {
            // Whoever reads the source as a flow says what is wrong and where.
            return new FlowFile(path, source, new FlowName("", ""), []);
        }
    }

    // Any map that names a flow may start it: Subflow, ForEachItem, flow triggers and what plugins bring.
    private static IEnumerable<FlowName> References(object? value)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                if (Text(map, "flowId") is { Length: > 0 } flow)
                {
                    yield return new FlowName(Text(map, "namespace"), flow);
                }

                foreach (var reference in map.Values.SelectMany(References))
                {
                    yield return reference;
                }

                break;
            case IEnumerable<object?> list:
                foreach (var reference in list.SelectMany(References))
                {
                    yield return reference;
                }

                break;
        }
    }

    private static string Text(IReadOnlyDictionary<string, object?>? map, string key) => map?.GetValueOrDefault(key) as string ?? "";

    private readonly record struct FlowName(string Namespace, string Flow);

    private sealed record FlowFile(string Path, string Source, FlowName Id, IReadOnlyList<FlowName> References);
}
