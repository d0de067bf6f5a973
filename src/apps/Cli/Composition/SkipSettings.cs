using Kestra.Executor;
using Kestra.Hosting.Configuration;
using Kestra.Storage.Executions;

namespace Kestra.Cli.Composition;

/// <summary>Reads what an executor leaves alone. The keys are those of the options of the same names.</summary>
internal static class SkipSettings
{
    public const string Executions = "kestra.executor.skip-executions";
    public const string Flows = "kestra.executor.skip-flows";
    public const string Namespaces = "kestra.executor.skip-namespaces";
    public const string Tenants = "kestra.executor.skip-tenants";

    /// <exception cref="ConfigurationException">An item has too many parts, or too few.</exception>
    public static SkippedExecutions Read(KestraConfiguration configuration) => new()
    {
        Executions = configuration.List(Executions).ToHashSet(StringComparer.Ordinal),
        Flows = configuration.List(Flows).Select(static item => Parts(Flows, item, 3)).Select(static parts => new ExecutionPlace(parts[0], parts[1], parts[2])).ToHashSet(),
        Namespaces = configuration.List(Namespaces).Select(static item => Parts(Namespaces, item, 2)).Select(static parts => (parts[0], parts[1])).ToHashSet(),
        Tenants = configuration.List(Tenants).ToHashSet(StringComparer.Ordinal),
    };

    // Without a tenant it is the only one there is without tenants.
    private static string[] Parts(string key, string item, int count)
    {
        var parts = item.Split('|', StringSplitOptions.TrimEntries);
        string[] full = parts.Length == count - 1 ? [Model.Flows.Tenants.Default, .. parts] : parts;
        return full.Length == count && full.All(static part => part.Length > 0)
            ? full
            : throw new ConfigurationException($"'{item}' in '{key}' (option --{key["kestra.executor.".Length..]}) must be {(count == 3 ? "tenant|namespace|flowId or namespace|flowId" : "tenant|namespace or namespace")}.");
    }
}
