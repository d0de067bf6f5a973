using System.CommandLine;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.CommandLine;

/// <summary>The levels that <c>--log-level</c> takes.</summary>
internal enum LogLevelName
{
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
}

/// <summary>The options that every command has. They stand anywhere on the command line.</summary>
internal sealed class CommonOptions
{
    public CommonOptions(CliHost host)
    {
        Config = Settings.Text("Path of a further configuration file; its values win over all others.", "config", host.DefaultConfigurationFile, ["-c", "--config"]);
        Plugins = Settings.Text("Path of the directory of plugins.", "pluginsPath", host.Environment.GetValueOrDefault("KESTRA_PLUGINS_PATH"), ["-p", "--plugins"]);
        All = [Help, Version, Verbose, LogLevel, InternalLog, Config, Plugins];
        foreach (var option in All)
        {
            option.Recursive = true;
        }
    }

    public IReadOnlyList<Option> All { get; }

    public Setting<bool> Help { get; } = Settings.Flag("Show this help message and exit.", "-h", "--help");

    public Setting<bool> Version { get; } = Settings.Flag("Print version information and exit.", "-V", "--version");

    public Setting<bool> Verbose { get; } = Settings.Flag("Show more: -v for DEBUG, -vv for TRACE.", "-v", "--verbose");

    public Setting<LogLevelName> LogLevel { get; } = Settings.Choice("Level of the log (TRACE, DEBUG, INFO, WARN, ERROR).", "logLevel", LogLevelName.INFO, "-l", "--log-level");

    public Setting<bool> InternalLog { get; } = Settings.Flag("Apply the level to the internal loggers too.", "--internal-log");

    public Setting<string?> Config { get; }

    public Setting<string?> Plugins { get; }

    /// <summary>The level that was asked for; null when none was.</summary>
    public LogLevel? ChosenLevel(ParseResult parsed) => parsed.GetResult(Verbose)?.IdentifierTokenCount switch
    {
        > 1 => Microsoft.Extensions.Logging.LogLevel.Trace,
        1 => Microsoft.Extensions.Logging.LogLevel.Debug,
        _ => parsed.GetResult(LogLevel) is { Implicit: false } && LogLevels.TryParse(parsed.GetValue(LogLevel).ToString(), out var level) ? level : null,
    };

    /// <summary>The configuration without what a command forces.</summary>
    public ConfigurationBuilder Configuration(ParseResult parsed, CliHost host)
    {
        var file = Path.GetFullPath(parsed.GetValue(Config) ?? host.DefaultConfigurationFile, host.CurrentFolder);
        // The documentation knows both endings of the default file.
        if (!File.Exists(file) && parsed.GetResult(Config) is not { Implicit: false } && File.Exists(Path.ChangeExtension(file, ".yaml")))
        {
            file = Path.ChangeExtension(file, ".yaml");
        }

        if (!File.Exists(file) && parsed.GetResult(Config) is { Implicit: false })
        {
            host.Terminal.Error.WriteLine($"The configuration file '{file}' does not exist and is left out.");
        }

        return new ConfigurationBuilder(host.Environment).WithFile(file, required: false);
    }
}
