using Kestra.Expressions;
using Kestra.Model;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Adds labels to the execution, or overwrites them.</summary>
[Plugin("io.kestra.plugin.core.execution.Labels", Aliases = ["io.kestra.core.tasks.executions.Labels"], Title = "Add labels to a running execution.")]
public sealed class Labels : IExecutionUpdatingTask
{
    /// <summary>A map, a list of keys and values, or an expression that gives one as JSON.</summary>
    [PluginProperty(Required = true, Name = "labels")]
    public object? Values { get; init; }

    public IEnumerable<string> UpdateExpressions => Texts.In(Values);

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var rendered = render(Values);
        if (rendered is string text)
        {
            rendered = ValueJson.ReadFirst(text);
        }

        List<Label> labels = rendered switch
        {
            IReadOnlyDictionary<string, object?> map => [.. map.Select(pair => new Label(pair.Key, ValueConversion.ToText(pair.Value)))],
            IReadOnlyList<object?> list => [.. list.OfType<IReadOnlyDictionary<string, object?>>().Select(item => new Label(ValueConversion.ToText(item.GetValueOrDefault("key")), ValueConversion.ToText(item.GetValueOrDefault("value"))))],
            _ => throw new TaskFailedException("Unknown value type for `labels`: write a map, or a list of keys and values"),
        };
        return labels.Exists(label => label.IsSystem)
            ? throw new TaskFailedException("System labels can only be set by Kestra itself, offending label: " + labels.Find(label => label.IsSystem).Key)
            : new ExecutionUpdate { Labels = labels };
    }
}
