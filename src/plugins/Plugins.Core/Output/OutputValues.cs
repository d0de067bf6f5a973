using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Output;

/// <summary>Gives rendered values back as outputs.</summary>
[PluginOutput("values", typeof(IReadOnlyDictionary<string, object?>), Title = "The generated values.")]
[Plugin("io.kestra.plugin.core.output.OutputValues", Title = "Output one or more values.")]
public sealed class OutputValues : IRunnableTask
{
    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, object?>? Values { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var values = context.RenderValue(Values) as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>();
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
