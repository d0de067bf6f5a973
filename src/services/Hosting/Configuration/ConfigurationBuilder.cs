using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kestra.Hosting.Configuration;

/// <summary>
/// Puts the configuration together. Rank, lowest first: defaults, files of MICRONAUT_CONFIG_FILES and the text of
/// KESTRA_CONFIGURATION, environment variables, <c>-D</c> properties of JAVA_OPTS, the file of <c>--config</c>, and what the
/// command forces.
/// </summary>
public sealed class ConfigurationBuilder(IReadOnlyDictionary<string, string> environment)
{
    private readonly Dictionary<string, object?> forced = new(StringComparer.Ordinal);
    private string? file;
    private bool fileRequired;

    /// <summary>The file of <c>--config</c>.</summary>
    /// <param name="required">False for the default file, which may be missing.</param>
    public ConfigurationBuilder WithFile(string path, bool required)
    {
        (file, fileRequired) = (path, required);
        return this;
    }

    /// <summary>Sets a property over every source.</summary>
    public ConfigurationBuilder Force(string key, object? value)
    {
        forced[key] = value;
        return this;
    }

    /// <exception cref="ConfigurationException">A file cannot be read or a placeholder cannot be resolved.</exception>
    public KestraConfiguration Build()
    {
        var sources = new List<ConfigurationSource> { ConfigurationDefaults.Source };
        foreach (var path in (environment.GetValueOrDefault("MICRONAUT_CONFIG_FILES") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            sources.Add(ReadFile(path));
        }

        if (environment.GetValueOrDefault("KESTRA_CONFIGURATION") is { Length: > 0 } text)
        {
            sources.Add(new ConfigurationSource("KESTRA_CONFIGURATION", YamlConfiguration.Read(text, "KESTRA_CONFIGURATION")));
        }

        sources.Add(EnvironmentConfiguration.Read(environment));
        sources.Add(new ConfigurationSource("system properties", SystemProperties(environment.GetValueOrDefault("JAVA_OPTS") ?? "")));
        if (file is not null && (fileRequired || File.Exists(file)))
        {
            sources.Add(ReadFile(file));
        }

        sources.Add(new ConfigurationSource("command line", forced));
        return new KestraConfiguration(sources, Merge(sources), environment);
    }

    private Dictionary<string, object?> Merge(List<ConfigurationSource> sources)
    {
        var merged = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in sources.SelectMany(source => source.Settings))
        {
            merged[ConfigurationAliases.Resolve(key)] = value;
        }

        var placeholders = new Placeholders(merged, environment, RandomValue);
        return merged.ToDictionary(entry => entry.Key, entry => placeholders.Resolve(entry.Value), StringComparer.Ordinal);
    }

    private static ConfigurationSource ReadFile(string path)
    {
        try
        {
            return new ConfigurationSource(path, YamlConfiguration.Read(File.ReadAllText(path), path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file '{path}' cannot be read: {exception.Message}", exception);
        }
    }

    private static Dictionary<string, object?> SystemProperties(string options) =>
        options.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(option => option.StartsWith("-D", StringComparison.Ordinal) && option.Contains('=', StringComparison.Ordinal))
            .Select(option => option[2..].Split('=', 2))
            .GroupBy(pair => SettingKey.Canonical(pair[0]), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => (object?)group.Last()[1], StringComparer.Ordinal);

    private static string? RandomValue(string name) => name switch
    {
        "random.port" => FreePort().ToString(CultureInfo.InvariantCulture),
        "random.uuid" => Guid.NewGuid().ToString(),
        _ => null,
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
