using System.Globalization;
using System.Text;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Cli.Plugins;

/// <summary><c>plugins doc</c>: one Markdown page for each plugin.</summary>
internal sealed class PluginDocCommand : KestraCommand
{
    private readonly Parameter<string> output;
    private readonly Setting<bool> core = Settings.Flag("Write pages of the built-in plugins too.", "--core");
    private readonly Setting<bool> icons = Settings.Flag("Write an .svg beside each page.", "--icons");
    private readonly Setting<bool> schema = Settings.Flag("Write a .json schema beside each page.", "--schema");

    public PluginDocCommand()
        : base("doc", "Write plugin documentation pages")
    {
        output = new Parameter<string>("output", "Path to write the pages to.") { Arity = System.CommandLine.ArgumentArity.ExactlyOne };
        Add(output);
        Add(core);
        Add(icons);
        Add(schema);
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(icons) || invocation.Get(schema))
        {
            throw new CommandFailureException("`plugins doc` writes pages only; icons and schemas are served by the API (`/api/v1/plugins/icons`, `/api/v1/plugins/schemas/flow`).");
        }

        var folder = invocation.Host.FullPath(invocation.Get(output));
        var plugins = LocalLanguage.Create(invocation).Catalog.All.Where(plugin => invocation.Get(core) || !InstalledPlugin.IsBuiltIn(plugin)).ToList();
        if (plugins.Count == 0)
        {
            invocation.Terminal.ErrorLine("No plugins are installed. With --core, pages of the built-in ones are written.");
        }

        foreach (var plugin in plugins)
        {
            var file = Path.Combine(folder, "plugins", InstalledPlugin.Of(plugin).Source, $"{plugin.Kind.ToString().ToLowerInvariant()}s", $"{plugin.Type}.md");
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllTextAsync(file, Page(plugin), invocation.CancellationToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CommandFailureException($"'{file}' cannot be written: {error.Message}", error);
            }

            invocation.Terminal.Line($"Generate doc in: {file}");
        }

        return ExitCode.Success;
    }

    private static string Page(PluginDescriptor plugin)
    {
        var name = InstalledPlugin.Of(plugin).Name;
        var page = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# {name}\n\n");
        if (plugin.Deprecated)
        {
            page.Append("> This plugin is deprecated.\n\n");
        }

        if (plugin.Title is { } title)
        {
            page.Append(CultureInfo.InvariantCulture, $"{title}\n\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"```yaml\ntype: \"{plugin.Type}\"\n```\n\n");
        if (plugin.Aliases.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"Older names: {string.Join(", ", plugin.Aliases.Select(static alias => $"`{alias}`"))}\n\n");
        }

        page.Append("| Property | Type | Dynamic | Required | Default |\n|---|---|---|---|---|\n");
        foreach (var property in plugin.Properties)
        {
            page.Append(CultureInfo.InvariantCulture, $"| `{property.Name}` | {TypeName(property.ClrType)} | {(property.Dynamic ? "yes" : "no")} | {(property.Required ? "yes" : "no")} | {Default(property)} |\n");
        }

        return page.ToString();
    }

    private static string Default(PluginPropertyDescriptor property) => property.Default is null ? "" : $"`{Convert.ToString(property.Default, CultureInfo.InvariantCulture)}`";

    private static string TypeName(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum)
        {
            return string.Join(" \\| ", Enum.GetNames(plain));
        }

        return plain switch
        {
            _ when plain == typeof(string) => "string",
            _ when plain == typeof(bool) => "boolean",
            _ when plain == typeof(int) || plain == typeof(long) => "integer",
            _ when plain == typeof(double) || plain == typeof(decimal) => "number",
            _ when plain.Name.Contains("Dictionary", StringComparison.Ordinal) => "map",
            _ when plain != typeof(object) && plain.IsAssignableTo(typeof(System.Collections.IEnumerable)) => "list",
            _ when plain.Name.Contains("Duration", StringComparison.Ordinal) || plain == typeof(TimeSpan) => "duration",
            _ => "object",
        };
    }
}
