using System.CommandLine;
using System.Text.RegularExpressions;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Flows;

/// <summary><c>flow updates</c>: creates and updates all flows of a folder.</summary>
internal sealed class FlowUpdatesCommand : ApiCommand
{
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory containing the flow files.");
    private readonly Setting<bool> delete = Settings.Negatable("Also delete the server's flows that are not in the directory.", "--delete");
    private readonly Setting<bool> keep = Settings.Negation("--delete");
    private readonly Setting<string?> ns = Settings.Text("Namespace that every flow must belong to, or lie below.", "namespace", "--namespace");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowUpdatesCommand()
        : base("updates", "Create and update all flows of a directory")
    {
        Add(directory);
        Add(delete);
        Add(keep);
        Add(ns);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var deletes = invocation.Get(delete) && !invocation.Get(keep);
        var sources = await FlowDirectory.ReadAsync(invocation, invocation.Get(directory), "flow", deletes);
        var query = $"?delete={(deletes ? "true" : "false")}";
        if (invocation.Get(ns) is { Length: > 0 } parent)
        {
            query += $"&namespace={ApiClient.Segment(parent)}&allowNamespaceChild=true";
        }

        var answer = sources.Count == 0 ? default : await client.SendJsonAsync(HttpMethod.Post, "/flows/bulk" + query, ApiClient.YamlContent(FlowDirectory.Join(sources)), invocation.CancellationToken);
        return FlowOutput.Updated(invocation, invocation.Get(format), answer, static count => $"{count} flow(s) successfully updated !");
    }
}

/// <summary><c>flow namespace update</c>: brings one namespace to what a folder holds.</summary>
internal sealed partial class FlowNamespaceUpdateCommand : ApiCommand
{
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace to update.");
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory containing the files of the namespace.");
    private readonly Setting<bool> delete = Settings.Negatable("Also delete the flows of the namespace that are not in the directory.", "--delete");
    private readonly Setting<bool> keep = Settings.Negation("--delete");
    private readonly Setting<bool> overrides = Settings.Negatable("Write the given namespace into every flow.", "--override-namespaces");
    private readonly Setting<bool> keepNamespaces = Settings.Negation("--override-namespaces");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowNamespaceUpdateCommand()
        : base("update", "Update flows in namespace")
    {
        Add(ns);
        Add(directory);
        Add(delete);
        Add(keep);
        Add(overrides);
        Add(keepNamespaces);
        Add(format);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        var name = invocation.Get(ns);
        var deletes = invocation.Get(delete) && !invocation.Get(keep);
        var sources = await FlowDirectory.ReadAsync(invocation, invocation.Get(directory), "flow", deletes);
        if (invocation.Get(overrides) && !invocation.Get(keepNamespaces))
        {
            sources = [.. sources.Select(source => NamespaceLine().Replace(source, $"namespace: {name.Replace("$", "$$", StringComparison.Ordinal)}"))];
        }

        var path = $"/flows/{ApiClient.Segment(name)}?delete={(deletes ? "true" : "false")}";
        var answer = sources.Count == 0 ? default : await client.SendJsonAsync(HttpMethod.Post, path, ApiClient.YamlContent(FlowDirectory.Join(sources)), invocation.CancellationToken);
        return FlowOutput.Updated(invocation, invocation.Get(format), answer, count => $"{count} flow(s) for namespace '{name}' successfully updated !");
    }

    [GeneratedRegex("^namespace:.+", RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamespaceLine();
}

/// <summary>The sources of a folder, as bulk requests take them.</summary>
internal static class FlowDirectory
{
    /// <param name="kind">Of the files, for messages.</param>
    /// <param name="deletes">Whether the command deletes what is not there.</param>
    /// <exception cref="CommandFailureException">Nothing is there although the command would then delete everything.</exception>
    public static async Task<IReadOnlyList<string>> ReadAsync(Invocation invocation, string directory, string kind, bool deletes)
    {
        var folder = invocation.Host.FullPath(directory);
        var sources = new List<string>();
        foreach (var file in FlowFiles.Find(folder))
        {
            var source = await FlowFiles.ReadAsync(file, invocation.CancellationToken);
            sources.Add(await FlowFiles.ExpandAsync(source, file, invocation.CancellationToken));
        }

        if (sources.Count == 0)
        {
            if (deletes)
            {
                throw new CommandFailureException($"No {kind} found on '{folder}'; with --delete this would delete every {kind} on the server. Leave --delete away, or name the right directory.");
            }

            invocation.Terminal.ErrorLine($"No {kind} found on '{folder}'", Colour.Yellow);
        }

        return sources;
    }

    public static string Join(IEnumerable<string> sources) => string.Join("\n---\n", sources.Select(static source => source.TrimEnd('\n')));
}
