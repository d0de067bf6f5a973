using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Deletes every file of the execution that it runs in.</summary>
[Plugin(
    "io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles",
    Aliases = ["io.kestra.core.tasks.storages.PurgeExecution", "io.kestra.plugin.core.storage.PurgeExecution"],
    Title = "Purge all files from Kestra’s internal storage created by a flow execution.")]
[PluginOutput("uris", typeof(IReadOnlyList<Uri>), Title = "The deleted file URIs from Kestra’s internal storage.")]
public sealed class PurgeCurrentExecutionFiles : IRunnableTask
{
    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var deleted = await context.Storage.DeleteExecutionFilesAsync(cancellationToken);
        return Outputs.One("uris", deleted.Select(static uri => (object?)uri).ToList());
    }
}
