namespace Kestra.Hosting.Configuration;

/// <summary>Turns environment variables into settings.</summary>
public static class EnvironmentConfiguration
{
    /// <summary>Beginnings of the variables that are settings although no documented key has their name.</summary>
    private static readonly string[] FreePrefixes = ["KESTRA_", "DATASOURCES_", "MICRONAUT_", "ENDPOINTS_", "LOGGER_LEVELS_", "FLYWAY_", "OTEL_"];

    /// <summary>Variables that the start script and the program read by themselves.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "KESTRA_CONFIGURATION", "KESTRA_CONFIGURATION_PATH", "KESTRA_PLUGINS_PATH", "KESTRA_BUILD_CONFIGURATION", "KESTRA_SKIP_BUILD",
        "MICRONAUT_CONFIG_FILES", "MICRONAUT_ENVIRONMENTS",
    };

    public static ConfigurationSource Read(IReadOnlyDictionary<string, string> environment)
    {
        var settings = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in environment)
        {
            if (Reserved.Contains(name))
            {
                continue;
            }

            if (KnownKeys.FindByVariable(name) is { } known)
            {
                settings[known.Pattern] = value;
            }
            else if (Array.Exists(FreePrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                settings[FreeKey(name)] = value;
            }
        }

        return new ConfigurationSource("environment variables", settings);
    }

    // The names of the user's own parts cannot be told from separators: a part that a documented pattern leaves free takes
    // one word, what follows it is matched against the documented names, and the rest of a map is joined by hyphens.
    private static string FreeKey(string variable)
    {
        var words = variable.ToLowerInvariant().Split('_', StringSplitOptions.RemoveEmptyEntries);
        foreach (var known in KnownKeys.All)
        {
            if ((known.HasFreePart || known.IsMap) && Match(known, words) is { } key)
            {
                return key;
            }
        }

        return string.Join('.', words);
    }

    private static string? Match(KnownKey known, string[] words)
    {
        var result = new List<string>();
        var position = 0;
        var parts = known.Pattern.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var length = parts[i].Split('-').Length;
            if (parts[i].StartsWith('<'))
            {
                var isLast = i == parts.Length - 1;
                if (position >= words.Length)
                {
                    return null;
                }

                var taken = isLast ? words[position..] : [words[position]];
                result.Add(string.Join(isLast && known.Pattern.StartsWith("logger.", StringComparison.Ordinal) ? '.' : '-', taken));
                position += taken.Length;
            }
            else
            {
                if (position + length > words.Length || string.Join('-', words[position..(position + length)]) != parts[i])
                {
                    return null;
                }

                result.Add(parts[i]);
                position += length;
            }
        }

        if (position == words.Length)
        {
            return known.IsMap ? null : string.Join('.', result);
        }

        return known.IsMap ? $"{string.Join('.', result)}.{string.Join('-', words[position..])}" : null;
    }
}
