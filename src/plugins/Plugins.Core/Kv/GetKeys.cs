using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Kv;

/// <summary>Lists the keys of a namespace.</summary>
[Plugin("io.kestra.plugin.core.kv.GetKeys", Title = "Get keys matching a given prefix.")]
[PluginOutput("keys", typeof(IReadOnlyList<string>), Title = "Found keys for given prefix.")]
public sealed class GetKeys : IRunnableTask
{
    /// <summary>Beginning of the keys; all without it.</summary>
    public Property<string>? Prefix { get; init; }

    public Property<string> Namespace { get; init; } = Property.Of<string>("{{ flow.namespace }}");

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var prefix = Prefix?.Render(context) ?? "";
        var keys = await context.KeyValues(Namespace.Or(context, context.Namespace)).ListAsync(cancellationToken);
        return Outputs.One("keys", keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(static key => (object?)key).ToList());
    }
}
