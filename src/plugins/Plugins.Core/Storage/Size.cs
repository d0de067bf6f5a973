using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Tells the size of a file.</summary>
[Plugin("io.kestra.plugin.core.storage.Size", Aliases = ["io.kestra.core.tasks.storages.Size"], Title = "Return a file’s size.")]
[PluginOutput("size", typeof(long), Title = "The file size.")]
public sealed class Size : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Uri { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken) =>
        Outputs.One("size", await context.Storage.SizeAsync(Uri.Required(context, "uri"), cancellationToken));
}
