using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core;

/// <summary>Results of tasks.</summary>
internal static class Outputs
{
    public static TaskResult One(string name, object? value) => new(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { [name] = value });
}
