using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Sets variables of the execution: maps are merged, other values replaced.</summary>
[Plugin("io.kestra.plugin.core.execution.SetVariables", Title = "Set execution variables.")]
public sealed class SetVariables : IExecutionUpdatingTask
{
    [PluginProperty(Required = true, Dynamic = true, Shape = typeof(IReadOnlyDictionary<string, object?>))]
    public object? Variables { get; init; }

    /// <summary>When false, a variable that is there already is a failure.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(bool))]
    public object Overwrite { get; init; } = true;

    public IEnumerable<string> UpdateExpressions => Texts.In(Variables).Concat(Texts.In(Overwrite));

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var added = PropertyConversion.To<IReadOnlyDictionary<string, object?>>(render(Variables)) ?? new OrderedDictionary<string, object?>();
        if (PropertyConversion.To<bool?>(render(Overwrite)) == false && added.Keys.Where(key => variables?.ContainsKey(key) ?? false).ToList() is { Count: > 0 } existing)
        {
            throw new TaskFailedException($"`overwrite` is set to false and the following variables already exist: {string.Join(',', existing)}");
        }

        return new ExecutionUpdate { Variables = Maps.Merged(variables, added) };
    }
}
