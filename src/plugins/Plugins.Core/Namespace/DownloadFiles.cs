using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Namespace;

/// <summary>Copies files of a namespace to the storage of the execution.</summary>
[Plugin("io.kestra.plugin.core.namespace.DownloadFiles", Title = "Download one or multiple files from a specific namespace.")]
[PluginOutput("files", typeof(IReadOnlyDictionary<string, Uri>), Title = "Downloaded files.")]
[PluginMetric("downloaded", "counter")]
public sealed class DownloadFiles : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Namespace { get; init; }

    /// <summary>A pattern or a list of them.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public object? Files { get; init; }

    /// <summary>Put before the path as it is.</summary>
    public Property<string> Destination { get; init; } = Property.Of<string>("");

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var source = context.NamespaceFiles(Namespace.Required(context, "namespace"));
        var destination = Destination.Or(context, "").TrimStart('/');
        var stored = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var path in await NamespaceMatches.FindAsync(context, source, Files, "The files property must be a string or a list of strings.", cancellationToken))
        {
            await using var content = await source.OpenAsync(path, cancellationToken);
            stored[path] = await context.Storage.PutAsync(content, destination + path.TrimStart('/'), cancellationToken);
        }

        context.Metrics.Counter("downloaded", stored.Count);
        return Outputs.One("files", stored);
    }
}
