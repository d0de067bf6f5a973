namespace Kestra.Hosting.Configuration;

/// <summary>The resolved configuration for people: what is set, and by which source. Secret values are masked.</summary>
public static class SettingsReport
{
    public const string Mask = "*****";

    private static readonly string[] SensitiveWords = ["password", "secret", "token", "credential", "api-key", "access-key", "account-key", "sas-token", "connection-string", "private-key", "passphrase", "client-pem"];

    public static IReadOnlyDictionary<string, object?> Build(KestraConfiguration configuration, bool showSecrets) =>
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["activeEnvironments"] = new List<object?> { "cli" },
            ["packages"] = new List<object?> { "io.kestra" },
            ["propertySources"] = configuration.Sources
                .Reverse()
                .Where(source => source.Settings.Count > 0)
                .Select(source => (object?)new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["name"] = source.Name,
                    ["properties"] = new SortedDictionary<string, object?>(
                        source.Settings.ToDictionary(setting => setting.Key, setting => showSecrets ? setting.Value : Masked(setting.Key, setting.Value), StringComparer.Ordinal),
                        StringComparer.Ordinal),
                })
                .ToList(),
        };

    /// <summary>Whether a key names something that must not be shown.</summary>
    public static bool IsSensitive(string key)
    {
        var canonical = SettingKey.Canonical(key);
        return Array.Exists(SensitiveWords, word => canonical.Contains(word, StringComparison.Ordinal));
    }

    /// <summary>The value with everything secret in it replaced.</summary>
    public static object? Masked(string key, object? value) => value switch
    {
        null => null,
        _ when IsSensitive(key) => Mask,
        List<object?> list => list.ConvertAll(item => Masked("", item)),
        IDictionary<string, object?> map => map.ToDictionary(entry => entry.Key, entry => Masked(entry.Key, entry.Value), StringComparer.Ordinal),
        string text => WithoutCredentials(text),
        _ => value,
    };

    // user:password@ of an address, and a password among its parameters.
    private static string WithoutCredentials(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var at = scheme < 0 ? -1 : text.IndexOf('@', scheme);
        if (at > 0 && text.IndexOf(':', scheme + 3) is var colon && colon > 0 && colon < at)
        {
            text = string.Concat(text.AsSpan(0, colon + 1), Mask, text.AsSpan(at));
        }

        var parameter = text.IndexOf("password=", StringComparison.OrdinalIgnoreCase);
        if (parameter < 0)
        {
            return text;
        }

        var start = parameter + "password=".Length;
        var end = text.IndexOfAny(['&', ';'], start);
        return string.Concat(text.AsSpan(0, start), Mask, end < 0 ? "" : text.AsSpan(end));
    }
}
