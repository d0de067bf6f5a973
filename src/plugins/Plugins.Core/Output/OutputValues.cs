using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Output;

/// <summary>Gives rendered values back as outputs.</summary>
[Plugin("io.kestra.plugin.core.output.OutputValues", Title = "Output one or more values.")]
public sealed class OutputValues : IRunnableTask
{
    [PluginProperty(Required = true)]
    public IReadOnlyDictionary<string, object?>? Values { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var values = (IReadOnlyDictionary<string, object?>)context.RenderValue(Values)!;
        var kept = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in values)
        {
            if (value is not null)
            {
                kept[key] = value;
            }
        }

        return Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["values"] = kept }));
    }
}
