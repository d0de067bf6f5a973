using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Kv;

/// <summary>Removes a key.</summary>
[Plugin("io.kestra.plugin.core.kv.Delete", Title = "Delete a KV pair.")]
[PluginOutput("deleted", typeof(bool), Title = "Whether the deletion was successful and had a value.")]
public sealed class Delete : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Key { get; init; }

    public Property<string> Namespace { get; init; } = Property.Of<string>("{{ flow.namespace }}");

    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (key, @namespace) = (Key.Required(context, "key"), Namespace.Or(context, context.Namespace));
        var deleted = await context.KeyValues(@namespace).DeleteAsync(key, cancellationToken);
        return deleted || !ErrorOnMissing.Or(context, false)
            ? Outputs.One("deleted", deleted)
            : throw new TaskFailedException($"No value found for key '{key}' in namespace '{@namespace}' and `errorOnMissing` is set to true");
    }
}
