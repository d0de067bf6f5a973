using System.Text.Json;
using Kestra.Expressions;
using Kestra.Model;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Adds labels to the execution, or overwrites them.</summary>
[Plugin("io.kestra.plugin.core.execution.Labels", Aliases = ["io.kestra.core.tasks.executions.Labels"], Title = "Add labels to a running execution.")]
public sealed class Labels : IExecutionUpdatingTask
{
    /// <summary>A map, a list of keys and values, or an expression that gives one as JSON.</summary>
    [PluginProperty(Required = true, Name = "labels", Dynamic = true)]
    public object? Values { get; init; }

    public IEnumerable<string> UpdateExpressions => Texts.In(Values);

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var rendered = render(Values);
        var labels = LabelValues.Read(rendered is string text ? Parsed(text) : rendered)
            ?? throw new TaskFailedException($"Unknown value type: class {ValueTypes.Of(rendered)}");
        foreach (var label in labels.Where(static label => label.IsSystem))
        {
            throw new TaskFailedException($"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}");
        }

        return new ExecutionUpdate { Labels = labels };
    }

    private static object? Parsed(string text)
    {
        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw new TaskFailedException($"The labels '{text}' are not JSON: {error.Message}", inner: error);
        }
    }
}
