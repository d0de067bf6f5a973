using Kestra.Plugins.Files;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Brings files into the working directory of a WorkingDirectory task, and stores files of it.</summary>
[Plugin("io.kestra.plugin.core.storage.LocalFiles", Aliases = ["io.kestra.core.tasks.storages.LocalFiles"], Title = "Create or retrieve files on the local filesystem.", Deprecated = true)]
[PluginOutput("uris", typeof(IReadOnlyDictionary<string, Uri>), Title = "The URI of the files that have been sent to the internal storage.")]
public sealed class LocalFiles : IRunnableTask
{
    /// <summary>File name to content, or an expression that gives it as JSON.</summary>
    [PluginProperty(Dynamic = true)]
    public object? Inputs { get; init; }

    /// <summary>Patterns of files to store.</summary>
    public Property<IReadOnlyList<string>>? Outputs { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        await InputFiles.WriteAsync(context, Inputs, more: null, cancellationToken);
        var stored = await OutputFiles.StoreAsync(context, Outputs?.Render(context) ?? [], cancellationToken);
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["uris"] = stored });
    }
}
