using System.Globalization;

namespace Kestra.Hosting.Configuration;

/// <summary>
/// The resolved settings: a flat map of canonical keys, put together from sources of rising rank. Typed reading is by key;
/// a value that cannot be converted counts as an error that names the key, except a duration without unit, which counts as unset.
/// </summary>
public sealed class KestraConfiguration
{
    private readonly Dictionary<string, object?> settings;

    internal KestraConfiguration(IReadOnlyList<ConfigurationSource> sources, Dictionary<string, object?> settings, IReadOnlyDictionary<string, string> environment)
    {
        Sources = sources;
        this.settings = settings;
        Environment = environment;
    }

    /// <summary>The sources, lowest rank first.</summary>
    public IReadOnlyList<ConfigurationSource> Sources { get; }

    /// <summary>The environment variables of the process, as they were at the start.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public IReadOnlyDictionary<string, object?> Settings => settings;

    public bool Contains(string key) => settings.TryGetValue(key, out var value) && value is not null;

    /// <summary>The text of a key; null when it is not set or empty.</summary>
    public string? Text(string key) => settings.GetValueOrDefault(key) switch
    {
        string { Length: > 0 } text => text,
        List<object?> list => string.Join(',', list),
        _ => null,
    };

    public string Text(string key, string fallback) => Text(key) ?? fallback;

    public int Integer(string key, int fallback)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Invalid(key, text, "a whole number");
    }

    public double Number(string key, double fallback)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid(key, text, "a number");
    }

    /// <summary><c>true</c>, <c>yes</c> and <c>on</c> are true, anything else is false.</summary>
    public bool Boolean(string key, bool fallback) =>
        Text(key) is { } text ? text.ToLowerInvariant() is "true" or "yes" or "on" or "y" : fallback;

    public TimeSpan Duration(string key, TimeSpan fallback) =>
        Text(key) is { } text && ConfigurationValues.TryDuration(text, out var duration) ? duration : fallback;

    /// <summary>A size in bytes; texts such as <c>10MB</c> are understood.</summary>
    public long Size(string key, long fallback)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        return ConfigurationValues.TrySize(text, out var size) ? size : throw Invalid(key, text, "a size such as 10MB");
    }

    /// <summary>A list of texts; a text is split at commas.</summary>
    public IReadOnlyList<string> List(string key, IReadOnlyList<string>? fallback = null) => settings.GetValueOrDefault(key) switch
    {
        List<object?> list => [.. list.OfType<string>()],
        string { Length: > 0 } text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        _ => fallback ?? [],
    };

    /// <summary>The items of a list of mappings, with the keys inside them as written.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Items(string key) =>
        settings.GetValueOrDefault(key) is List<object?> list ? [.. list.OfType<Dictionary<string, object?>>()] : [];

    /// <summary>What lies below a key, without that part of the keys: <c>kestra.variables.globals</c> gives the global variables.</summary>
    public IReadOnlyDictionary<string, object?> Below(string key)
    {
        var prefix = key + ".";
        return settings.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
    }

    /// <summary>The same as nested maps, as expressions see them.</summary>
    public IReadOnlyDictionary<string, object?> Tree(string key)
    {
        var root = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (path, value) in Below(key))
        {
            var map = root;
            var parts = path.Split('.');
            foreach (var part in parts[..^1])
            {
                if (map.GetValueOrDefault(part) is not Dictionary<string, object?> inner)
                {
                    map[part] = inner = new Dictionary<string, object?>(StringComparer.Ordinal);
                }

                map = inner;
            }

            map[parts[^1]] = value;
        }

        return root;
    }

    private static ConfigurationException Invalid(string key, string text, string expected) =>
        new($"The configuration property '{key}' must be {expected}, but is '{text}'.");
}
