using System.Text;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Stores a text as a file.</summary>
[Plugin("io.kestra.plugin.core.storage.Write", Title = "Write data to a file in the internal storage.")]
[PluginOutput("uri", typeof(Uri), Title = "The file URI.")]
public sealed class Write : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Content { get; init; }

    /// <summary>With its dot; <c>.tmp</c> without it.</summary>
    public Property<string>? Extension { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var file = context.WorkingDirectory.CreateTempFile(Extension.Or(context, ".tmp"));
        await File.WriteAllTextAsync(file, Content.Required(context, "content"), new UTF8Encoding(false), cancellationToken);
        return Outputs.One("uri", await context.Storage.PutFileAsync(file, cancellationToken: cancellationToken));
    }
}
