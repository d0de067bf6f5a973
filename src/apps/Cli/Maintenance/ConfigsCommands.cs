using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Maintenance;

/// <summary><c>configs properties</c>: the configuration as the program sees it.</summary>
internal sealed class ConfigsPropertiesCommand : KestraCommand
{
    private readonly Setting<bool> showSecrets = Settings.Flag("Show secret values too, which are masked otherwise.", "--show-secrets");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public ConfigsPropertiesCommand()
        : base("properties", "Display current configuration properties")
    {
        Add(showSecrets);
        Add(format);
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var configuration = invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build();
        var report = SettingsReport.Build(configuration, invocation.Get(showSecrets));
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            invocation.Terminal.Json(JsonSerializer.SerializeToElement(report));
        }
        else
        {
            YamlLines.Write(invocation.Terminal.Output, report);
        }

        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>configs validate</c>: checks the configuration without starting anything.</summary>
internal sealed class ConfigsValidateCommand : KestraCommand
{
    private readonly Setting<ServerType> type = Settings.Choice("Kind of server that shall start with it.", "serverType", ServerType.Standalone, "--server-type");

    public ConfigsValidateCommand()
        : base("validate", "Validate the current configuration") => Add(type);

    public override Task<int> RunAsync(Invocation invocation)
    {
        try
        {
            var configuration = invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build();
            ServerSettingsReader.Read(configuration, invocation.Get(type), Environment.ProcessorCount);
            foreach (var warning in ConfigurationAliases.Warnings(configuration))
            {
                invocation.Terminal.Line($"⚠ - {warning}", Colour.Yellow);
            }

            invocation.Terminal.Line("Configuration is valid.", Colour.Green);
            return Task.FromResult(ExitCode.Success);
        }
        catch (ConfigurationException error)
        {
            var problems = error.Message.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("Incomplete server", StringComparison.Ordinal) && line != "Invalid configuration").ToList();
            foreach (var problem in problems)
            {
                invocation.Terminal.ErrorLine($"✘ - {KeyOf(problem)}", Colour.Red);
                invocation.Terminal.ErrorLine($"    - {problem}");
            }

            invocation.Terminal.ErrorLine($"Configuration is invalid: {problems.Count} error(s) found.", Colour.Red);
            return Task.FromResult(ExitCode.Failure);
        }
    }

    private static string KeyOf(string problem)
    {
        var parts = problem.Split('\'');
        return parts.Length > 2 ? parts[1].Split('=')[0] : "configuration";
    }
}
