namespace Kestra.Hosting.Configuration;

/// <summary>Older spellings of keys, and what they are called now.</summary>
public static class ConfigurationAliases
{
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["kestra.tasks.defaults"] = "kestra.plugins.defaults",
        ["kestra.webserver.google-analytics-id"] = "kestra.webserver.google-analytics",
        ["kestra.server.terminate-grace-period"] = "kestra.server.termination-grace-period",
        ["kestra.mail-service"] = "kestra.ee.mail-service",
        ["kestra.ee.custom-links"] = "kestra.ee.right-sidebar.custom-links",
        ["kestra.security.instance-owner"] = "kestra.security.super-admin",
        ["tasks.sdk.authentication"] = "kestra.tasks.sdk.authentication",
    };

    /// <summary>The present name of a key; the key itself when it has no older spelling.</summary>
    public static string Resolve(string key)
    {
        foreach (var (old, now) in Renamed)
        {
            if (key.StartsWith(old, StringComparison.Ordinal) && (key.Length == old.Length || key[old.Length] == '.'))
            {
                return now + key[old.Length..];
            }
        }

        return key;
    }

    /// <summary>Sentences about old or misspelt keys that were given.</summary>
    public static IEnumerable<string> Warnings(KestraConfiguration configuration)
    {
        foreach (var key in configuration.Sources.SelectMany(source => source.Settings.Keys).Distinct(StringComparer.Ordinal))
        {
            if (Resolve(key) is var now && now != key)
            {
                yield return $"The configuration property '{key}' is now called '{now}'; please rename it.";
            }
            else if (key.StartsWith("kestra.heartbeat.", StringComparison.Ordinal))
            {
                yield return $"The configuration property '{key}' has no effect any more; see kestra.server.liveness.";
            }
        }
    }
}
