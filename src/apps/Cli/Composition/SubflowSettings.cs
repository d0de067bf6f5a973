using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Composition;

/// <summary>Reads the plugin configuration of the tasks that run other flows.</summary>
internal static class SubflowSettings
{
    private const string SubflowType = "io.kestra.plugin.core.flow.Subflow";

    /// <summary>Whether such a task may declare outputs of its own (<c>outputs.enabled</c>, true unless configured otherwise).</summary>
    /// <exception cref="ConfigurationException">The value is no truth value.</exception>
    public static bool AllowOutputs(KestraConfiguration configuration)
    {
        // What is set for a longer beginning of the type goes before.
        var configured = configuration.Items("kestra.plugins.configurations")
            .Where(static item => item.GetValueOrDefault("type") is string type && SubflowType.StartsWith(type, StringComparison.Ordinal))
            .OrderByDescending(static item => ((string)item["type"]!).Length)
            .Select(static item => Enabled(item.GetValueOrDefault("values") as IReadOnlyDictionary<string, object?>))
            .FirstOrDefault(static value => value is not null);
        return configured switch
        {
            null => true,
            bool value => value,
            var other when bool.TryParse(other.ToString(), out var value) => value,
            var other => throw new ConfigurationException($"The plugin configuration 'outputs.enabled' of '{SubflowType}' must be true or false, and is '{other}'."),
        };
    }

    private static object? Enabled(IReadOnlyDictionary<string, object?>? values) =>
        values?.GetValueOrDefault("outputs.enabled") ?? (values?.GetValueOrDefault("outputs") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("enabled");
}
