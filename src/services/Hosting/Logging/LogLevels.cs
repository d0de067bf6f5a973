using System.Collections.Concurrent;
using Kestra.Hosting.Configuration;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Logging;

/// <summary>The levels of the server's own log, by logger name; they may change while the server runs.</summary>
public sealed class LogLevels
{
    public const string RootName = "ROOT";

    private readonly ConcurrentDictionary<string, LogLevel> configured = new(StringComparer.Ordinal)
    {
        [RootName] = LogLevel.Warning,
        ["io.kestra"] = LogLevel.Information,
        ["Kestra"] = LogLevel.Information,
        ["flow"] = LogLevel.Information,
        ["task"] = LogLevel.Information,
        ["execution"] = LogLevel.Information,
        ["trigger"] = LogLevel.Information,
    };

    /// <summary>Reads <c>logger.levels.*</c> and applies the level of the command line to Kestra's loggers.</summary>
    /// <exception cref="ConfigurationException">A level is unknown.</exception>
    public static LogLevels Read(KestraConfiguration configuration, LogLevel? commandLine)
    {
        var levels = new LogLevels();
        foreach (var (name, value) in configuration.Below("logger.levels"))
        {
            var level = TryParse(value as string ?? "", out var parsed)
                ? parsed
                : throw new ConfigurationException($"The configuration property 'logger.levels.{name}' must be one of OFF, ERROR, WARN, INFO, DEBUG, TRACE, but is '{value}'.");
            levels.Set(name.Equals("root", StringComparison.OrdinalIgnoreCase) ? RootName : name, level);
        }

        if (commandLine is { } chosen)
        {
            levels.Set("io.kestra", chosen);
        }

        return levels;
    }

    public IReadOnlyDictionary<string, LogLevel> Configured => configured;

    /// <summary>Sets a level; null takes it away. The name <c>io.kestra</c> also stands for this product's own namespaces.</summary>
    public void Set(string logger, LogLevel? level)
    {
        Apply(logger, level);
        if (logger == "io.kestra")
        {
            Apply("Kestra", level);
        }
    }

    /// <summary>The level that counts for a logger: its own, or that of the nearest name above it.</summary>
    public LogLevel Effective(string logger)
    {
        for (var name = logger; name.Length > 0;)
        {
            if (configured.TryGetValue(name, out var level))
            {
                return level;
            }

            var dot = name.LastIndexOf('.');
            name = dot < 0 ? "" : name[..dot];
        }

        return configured.GetValueOrDefault(RootName, LogLevel.Warning);
    }

    /// <summary>Understands the names of the levels in any case.</summary>
    public static bool TryParse(string text, out LogLevel level)
    {
        (var known, level) = text.ToUpperInvariant() switch
        {
            "OFF" or "FALSE" => (true, LogLevel.None),
            "ERROR" => (true, LogLevel.Error),
            "WARN" => (true, LogLevel.Warning),
            "INFO" => (true, LogLevel.Information),
            "DEBUG" => (true, LogLevel.Debug),
            "TRACE" or "ALL" => (true, LogLevel.Trace),
            _ => (false, LogLevel.None),
        };
        return known;
    }

    public static string Name(LogLevel level) => level switch
    {
        LogLevel.None => "OFF",
        LogLevel.Critical or LogLevel.Error => "ERROR",
        LogLevel.Warning => "WARN",
        LogLevel.Information => "INFO",
        LogLevel.Debug => "DEBUG",
        _ => "TRACE",
    };

    private void Apply(string logger, LogLevel? level)
    {
        if (level is { } value)
        {
            configured[logger] = value;
        }
        else
        {
            configured.TryRemove(logger, out _);
        }
    }
}
