using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Namespace;

/// <summary>Deletes files of a namespace.</summary>
[Plugin("io.kestra.plugin.core.namespace.DeleteFiles", Title = "Delete one or multiple files from a specific namespace.")]
[PluginOutput("files", typeof(IReadOnlyDictionary<string, Uri>))]
[PluginMetric("deleted", "counter")]
public sealed class DeleteFiles : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Namespace { get; init; }

    /// <summary>A pattern or a list of them.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public object? Files { get; init; }

    /// <summary>Folders that hold nothing any more go too.</summary>
    public Property<bool> DeleteParentFolder { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var target = context.NamespaceFiles(Namespace.Required(context, "namespace"));
        var withFolders = DeleteParentFolder.Or(context, false);
        var count = 0;
        foreach (var path in await NamespaceMatches.FindAsync(context, target, Files, "Files must be a String or a list of String", cancellationToken))
        {
            if (await target.DeleteAsync(path, cancellationToken))
            {
                context.Logger.Debug($"Deleted {path}");
                count++;
            }

            if (withFolders)
            {
                await DeleteFoldersAsync(context, target, path, cancellationToken);
            }
        }

        context.Metrics.Counter("deleted", count);
        return TaskResult.Empty;
    }

    private static async Task DeleteFoldersAsync(IRunContext context, INamespaceFiles target, string path, CancellationToken cancellationToken)
    {
        for (var folder = Parent(path); folder.Length > 0; folder = Parent(folder))
        {
            try
            {
                if (!await target.DeleteEmptyFolderAsync(folder, cancellationToken))
                {
                    return;
                }
            }
            catch (IOException error)
            {
                throw new TaskFailedException($"Failed to delete folder: {folder}", inner: error);
            }

            context.Logger.Debug($"Deleted empty folder: {folder}");
        }
    }

    private static string Parent(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];
}
