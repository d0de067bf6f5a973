using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Removes variables of the execution.</summary>
[Plugin("io.kestra.plugin.core.execution.UnsetVariables", Title = "Unset execution variables.")]
public sealed class UnsetVariables : IExecutionUpdatingTask
{
    [PluginProperty(Required = true)]
    public object? Variables { get; init; }

    public bool IgnoreMissing { get; init; }

    public IEnumerable<string> UpdateExpressions => Texts.In(Variables);

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var left = new OrderedDictionary<string, object?>(variables ?? new OrderedDictionary<string, object?>(), StringComparer.Ordinal);
        var names = render(Variables) is var rendered && rendered is string text ? ValueJson.ReadFirst(text) : rendered;
        foreach (var name in (names as IReadOnlyList<object?> ?? throw new TaskFailedException("`variables` must be a list of names")).Select(ValueConversion.ToText))
        {
            if (!left.Remove(name) && !IgnoreMissing)
            {
                throw new TaskFailedException($"Variable '{name}' doesn't exist and 'ignoreMissing' is set to false");
            }
        }

        return new ExecutionUpdate { Variables = left };
    }
}
