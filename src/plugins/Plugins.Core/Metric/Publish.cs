using Kestra.Expressions;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Metric;

/// <summary>Records metrics on its task run.</summary>
[Plugin("io.kestra.plugin.core.metric.Publish", Title = "Publish execution metrics.")]
public sealed class Publish : IRunnableTask
{
    /// <summary>Maps of <c>type</c> (counter or timer), <c>name</c>, <c>value</c> and <c>tags</c>, or an expression that gives them as JSON.</summary>
    public Property<IReadOnlyList<object?>>? Metrics { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        foreach (var metric in Metrics?.Render(context) ?? [])
        {
            Record(context, metric as IReadOnlyDictionary<string, object?> ?? throw new TaskFailedException("A metric must be a map of type, name and value"));
        }

        return Task.FromResult(TaskResult.Empty);
    }

    private static void Record(IRunContext context, IReadOnlyDictionary<string, object?> metric)
    {
        var name = metric.GetValueOrDefault("name") is { } given ? ValueConversion.ToText(given) : throw new TaskFailedException("A metric needs a name");
        var value = metric.GetValueOrDefault("value") ?? throw new TaskFailedException($"The metric '{name}' needs a value");
        var tags = Tags(metric.GetValueOrDefault("tags"));
        switch (metric.GetValueOrDefault("type") as string)
        {
            case "counter":
                context.Metrics.Counter(name, PropertyConversion.To<double>(value), tags);
                break;
            case "timer":
                context.Metrics.Timer(name, PropertyConversion.To<Duration>(value), tags);
                break;
            case var type:
                throw new TaskFailedException($"The metric '{name}' has the type '{type}'; counter and timer are possible");
        }
    }

    private static KeyValuePair<string, string>[] Tags(object? tags) =>
        tags is null ? [] : [.. PropertyConversion.To<IReadOnlyDictionary<string, string>>(tags) ?? new OrderedDictionary<string, string>()];
}
