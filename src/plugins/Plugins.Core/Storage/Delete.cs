using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Deletes a file.</summary>
[Plugin("io.kestra.plugin.core.storage.Delete", Aliases = ["io.kestra.core.tasks.storages.Delete"], Title = "Delete a file from Kestra’s internal storage.")]
[PluginOutput("uri", typeof(Uri), Title = "The deleted file URI.")]
[PluginOutput("deleted", typeof(bool), Title = "Whether the file was deleted.")]
public sealed class Delete : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Uri { get; init; }

    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var uri = Uri.Required(context, "uri");
        var deleted = await context.Storage.DeleteAsync(uri, cancellationToken);
        return deleted || !ErrorOnMissing.Or(context, false)
            ? new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["uri"] = uri, ["deleted"] = deleted })
            : throw new TaskFailedException($"Unable to find file '{uri}'");
    }
}
