using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Sets variables of the execution.</summary>
[Plugin("io.kestra.plugin.core.execution.SetVariables", Title = "Set execution variables.")]
public sealed class SetVariables : IExecutionUpdatingTask
{
    [PluginProperty(Required = true)]
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }

    public bool Overwrite { get; init; } = true;

    public IEnumerable<string> UpdateExpressions => Texts.In(Variables);

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render)
    {
        var merged = new OrderedDictionary<string, object?>(variables ?? new OrderedDictionary<string, object?>(), StringComparer.Ordinal);
        foreach (var (key, value) in (IReadOnlyDictionary<string, object?>)render(Variables)!)
        {
            if (!Overwrite && merged.ContainsKey(key))
            {
                throw new TaskFailedException($"Variable '{key}' already exists and 'overwrite' is set to false");
            }

            merged[key] = value;
        }

        return new ExecutionUpdate { Variables = merged };
    }
}
