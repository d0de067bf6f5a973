using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Cli.Plugins;

/// <summary><c>plugins list</c>: what is installed.</summary>
internal sealed class PluginListCommand : KestraCommand
{
    private readonly Setting<bool> core = Settings.Flag("Show the built-in plugins too.", "--core");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public PluginListCommand()
        : base("list", "List installed plugins")
    {
        Add(core);
        Add(format);
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(invocation.Common.Plugins) is not { Length: > 0 })
        {
            throw new UsageException("Missing required options '--plugins' or environment variable 'KESTRA_PLUGINS_PATH");
        }

        var plugins = LocalLanguage.Create(invocation).Catalog.All.Where(plugin => invocation.Get(core) || !InstalledPlugin.IsBuiltIn(plugin)).Select(InstalledPlugin.Of).ToList();
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            invocation.Terminal.Json(JsonSerializer.SerializeToElement(plugins.Select(static plugin => new Dictionary<string, object?>
            {
                ["type"] = plugin.Type, ["kind"] = plugin.Kind, ["title"] = plugin.Title, ["group"] = plugin.Group, ["version"] = plugin.Version, ["source"] = plugin.Source,
            })));
            return Task.FromResult(ExitCode.Success);
        }

        foreach (var archive in plugins.GroupBy(static plugin => (plugin.Source, plugin.Version)))
        {
            var kinds = archive.GroupBy(static plugin => plugin.Kind).OrderBy(static kind => kind.Key, StringComparer.Ordinal)
                .Select(static kind => $"{kind.Key}s: [{string.Join(", ", kind.Select(static plugin => plugin.Type))}]");
            invocation.Terminal.Line($"{archive.Key.Source} {archive.Key.Version} {string.Join(", ", kinds)}");
        }

        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>plugins search</c>: looks for plugins by a word of their names, titles and groups.</summary>
internal sealed class PluginSearchCommand : KestraCommand
{
    private readonly Parameter<string> term = Settings.Optional("searchTerm", "Search term; all plugins without one.", "");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public PluginSearchCommand()
        : base("search", "Search the plugins that this version knows")
    {
        Add(term);
        Add(format);
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var wanted = invocation.Get(term);
        var found = LocalLanguage.Create(invocation).Catalog.All.Select(InstalledPlugin.Of)
            .Where(plugin => new[] { plugin.Type, plugin.Title, plugin.Group }.Any(text => text.Contains(wanted, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(static plugin => plugin.Name, StringComparer.OrdinalIgnoreCase).ThenBy(static plugin => plugin.Group, StringComparer.Ordinal)
            .ToList();
        if (invocation.Get(format) == OutputFormat.JSON)
        {
            invocation.Terminal.Json(JsonSerializer.SerializeToElement(found.Select(static plugin => new Dictionary<string, object?>
            {
                ["name"] = plugin.Name, ["title"] = plugin.Title, ["group"] = plugin.Group, ["version"] = plugin.Version, ["type"] = plugin.Type,
            })));
            return Task.FromResult(ExitCode.Success);
        }

        if (found.Count == 0)
        {
            invocation.Terminal.Line($"No plugins found matching '{wanted}'");
            return Task.FromResult(ExitCode.Success);
        }

        invocation.Terminal.Line();
        invocation.Terminal.Line(wanted.Length > 0 ? $"Found {found.Count} plugins matching '{wanted}'" : $"Found {found.Count} plugins");
        invocation.Terminal.Line();
        TextTable.Write(invocation.Terminal, ["NAME", "TITLE", "GROUP", "VERSION"], found.Select(static plugin => new[] { plugin.Name, plugin.Title, plugin.Group, plugin.Version }));
        invocation.Terminal.Line();
        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>plugins install</c>: packages of the original are programs for the Java machine, which this product does not run.</summary>
internal sealed partial class PluginInstallCommand : KestraCommand
{
    private readonly Parameter<string[]> dependencies = Settings.Rest("dependencies", "Coordinates groupId:artifactId:(version|LATEST).");
    private readonly bool installs;

    public PluginInstallCommand(string name, string description, bool installs)
        : base(name, description)
    {
        this.installs = installs;
        Add(dependencies);
        if (installs)
        {
            Add(Settings.Switch("Install into the local directory of plugins; false follows the configuration.", "--locally", byDefault: true));
            Add(Settings.Flag("Install the whole official catalogue.", "--all"));
            Add(Settings.Repeated("Further package repositories.", "repositories", "--repositories"));
        }
    }

    public override Task<int> RunAsync(Invocation invocation)
    {
        var coordinates = invocation.Get(dependencies);
        if (coordinates.FirstOrDefault(static text => !Coordinates().IsMatch(text)) is { } bad)
        {
            throw new UsageException($"Invalid coordinates '{bad}'; expected groupId:artifactId:(version|LATEST)");
        }

        if (coordinates.Length == 0 && !invocation.Parsed.Tokens.Any(static token => token.Value == "--all"))
        {
            invocation.Terminal.ErrorLine(installs ? "Error: No plugin to install." : "Error: No plugin to uninstall.");
            return Task.FromResult(ExitCode.Success);
        }

        throw new CommandFailureException(
            "Packages of Kestra's plugin repositories are Java archives, which this version does not run. `kestra plugins search` shows what is built in; .NET plugins are put into the directory of --plugins.");
    }

    [GeneratedRegex("^[^:\\s]+:[^:\\s]+:[^:\\s]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Coordinates();
}

/// <summary>A plugin as lists show it.</summary>
/// <param name="Name">Last part of the type.</param>
/// <param name="Group">What stands before the name.</param>
/// <param name="Source">The assembly that brings it.</param>
internal sealed record InstalledPlugin(string Type, string Name, string Title, string Group, string Kind, string Version, string Source)
{
    public static InstalledPlugin Of(PluginDescriptor plugin)
    {
        var dot = plugin.Type.LastIndexOf('.');
        var assembly = plugin.ClrType.Assembly.GetName();
        return new InstalledPlugin(plugin.Type, plugin.Type[(dot + 1)..], plugin.Title?.TrimEnd('.') ?? "", dot < 0 ? "" : plugin.Type[..dot], plugin.Kind.ToString().ToLowerInvariant(), assembly.Version?.ToString(3) ?? "", assembly.Name ?? "");
    }

    public static bool IsBuiltIn(PluginDescriptor plugin) => plugin.ClrType.Assembly.GetName().Name is "Kestra.Plugins.Core" or "Kestra.Plugins.Scripts";
}
