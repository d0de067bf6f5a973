using System.Text;

namespace Kestra.Hosting.Configuration;

/// <summary>Secrets of the environment: variables that begin with <c>SECRET_</c>, Base64 of their value.</summary>
public static class Secrets
{
    private const string Prefix = "SECRET_";

    /// <summary>The secrets by upper-case key.</summary>
    /// <param name="warn">Told about a value that is not Base64; it is skipped.</param>
    public static IReadOnlyDictionary<string, string> Read(IReadOnlyDictionary<string, string> environment, Action<string> warn)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in environment.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            try
            {
                var bytes = Convert.FromBase64String(value.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
                secrets[name[Prefix.Length..].ToUpperInvariant()] = Encoding.UTF8.GetString(bytes);
            }
            catch (FormatException exception)
            {
                warn($"Could not decode secret '{name[Prefix.Length..]}', make sure it is Base64-encoded: {exception.Message}");
            }
        }

        return secrets;
    }

    /// <summary>The variables that expressions see as <c>envs</c>, by lower-case name.</summary>
    public static IReadOnlyDictionary<string, string> ExpressionVariables(KestraConfiguration configuration)
    {
        var prefix = configuration.Settings.GetValueOrDefault("kestra.variables.env-vars-prefix") as string ?? "";
        var redacted = configuration.List("kestra.variables.redacted-env-vars", ["KESTRA_PLUGINS_PATH", "KESTRA_CONFIGURATION_PATH", "KESTRA_CONFIGURATION", "KESTRA_JAVA_OPTS"]);
        return configuration.Environment
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.Key.Length > prefix.Length)
            .Where(entry => prefix.Length > 0 || !redacted.Contains(entry.Key))
            .GroupBy(entry => entry.Key[prefix.Length..].ToLowerInvariant(), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Value, StringComparer.Ordinal);
    }
}
