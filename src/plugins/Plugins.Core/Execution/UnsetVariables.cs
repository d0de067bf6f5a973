using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Removes variables of the execution.</summary>
[Plugin("io.kestra.plugin.core.execution.UnsetVariables", Title = "Unset execution variables.")]
public sealed class UnsetVariables : IExecutionUpdatingTask
{
    /// <summary>Names; a dot leads into a map.</summary>
    [PluginProperty(Required = true, Dynamic = true, Shape = typeof(IReadOnlyList<string>))]
    public object? Variables { get; init; }

    /// <summary>A variable that is not there is no failure.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(bool))]
    public object IgnoreMissing { get; init; } = false;

    public IEnumerable<string> UpdateExpressions => Texts.In(Variables).Concat(Texts.In(IgnoreMissing));

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var left = new OrderedDictionary<string, object?>(variables ?? new OrderedDictionary<string, object?>(), StringComparer.Ordinal);
        var ignores = PropertyConversion.To<bool?>(render(IgnoreMissing)) ?? false;
        foreach (var name in PropertyConversion.To<IReadOnlyList<string>>(render(Variables)) ?? [])
        {
            if (Maps.Without(left, name.Split('.')) is { } rest)
            {
                left = rest;
            }
            else if (!ignores)
            {
                throw new TaskFailedException($"The variable '{name}' does not exist and `ignoreMissing` is set to false");
            }
        }

        return new ExecutionUpdate { Variables = left };
    }
}
