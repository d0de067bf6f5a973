using System.CommandLine;
using Kestra.Cli.Executions;
using Kestra.Cli.Expressions;
using Kestra.Cli.Flows;
using Kestra.Cli.Maintenance;
using Kestra.Cli.Namespaces;
using Kestra.Cli.Plugins;
using Kestra.Cli.Running;
using Kestra.Cli.Server;
using Kestra.Cli.Server.Roles;
using Kestra.Cli.Templates;

namespace Kestra.Cli.CommandLine;

/// <summary>All commands, by group.</summary>
internal static class CommandTree
{
    private static readonly (string Name, string Description, Func<IEnumerable<Command>> Commands)[] Groups =
    [
        ("plugins", "Manage plugins", PluginsGroup),
        ("server", "Manage servers", ServerGroup),
        ("flow", "Manage flows", FlowGroup),
        ("execution", "Manage executions", ExecutionGroup),
        ("template", "Handle templates", TemplateGroup),
        ("namespace", "Manage namespaces", NamespaceGroup),
        ("expression", "Try expressions", ExpressionGroup),
        ("sys", "Manage system maintenance mode", SysGroup),
        ("configs", "Manage configuration", ConfigsGroup),
        ("migrate", "Handle migrations", MigrateGroup),
        ("list", "List what an installation has", ListGroup),
    ];

    /// <param name="arguments">Of the command line: the commands of a group are made only when its name is among them; null makes all.</param>
    public static Command Build(CommonOptions common, IReadOnlyCollection<string>? arguments = null)
    {
        var root = new Command("kestra");
        foreach (var option in common.All)
        {
            root.Add(option);
        }

        foreach (var (name, description, commands) in Groups)
        {
            root.Add(Group(name, description, arguments is null || arguments.Contains(name) ? commands() : []));
        }

        return root;
    }

    private static Command Group(string name, string description, IEnumerable<Command> commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Add(command);
        }

        return group;
    }

    private static IEnumerable<Command> PluginsGroup() =>
    [
        new PluginInstallCommand("install", "Install plugins", installs: true),
        new PluginInstallCommand("uninstall", "Uninstall plugins", installs: false),
        new PluginListCommand(),
        new PluginDocCommand(),
        new PluginSearchCommand(),
    ];

    private static IEnumerable<Command> ServerGroup() =>
    [
        new ExecutorCommand().WithOptions(),
        new IndexerCommand().WithOptions(),
        new SchedulerCommand().WithOptions(),
        new ServerCommand("standalone", "Start the standalone all-in-one server", isLocal: false).WithOptions(),
        new WebserverCommand().WithOptions(),
        new WorkerCommand().WithOptions(),
        new ServerCommand("local", "Start the local development server", isLocal: true).WithOptions(),
    ];

    private static IEnumerable<Command> FlowGroup() =>
    [
        new FlowRunCommand(),
        new FlowValidateCommand(),
        new FlowTestCommand(),
        Group("namespace", "Manage namespace flows", [new FlowNamespaceUpdateCommand()]),
        new FlowDotCommand(),
        new FlowExportCommand(),
        new FlowCreateCommand(),
        new FlowUpdateCommand(),
        new FlowUpdatesCommand(),
        new FlowDeleteCommand(),
        new FlowListCommand(),
        new FlowExpandCommand(),
        new FlowSyncCommand(),
    ];

    private static IEnumerable<Command> ExecutionGroup() =>
    [
        new ExecutionListCommand(),
        new ExecutionGetCommand(),
        new ExecutionFollowCommand(),
        new ExecutionLogsCommand(),
        new ExecutionActionCommand("kill", "Kill an execution", HttpMethod.Delete, "Execution {0} is being killed"),
        new ExecutionActionCommand("pause", "Pause a running execution", HttpMethod.Post, "Execution {0} is being paused"),
        new ExecutionResumeCommand(),
        new ExecutionActionCommand("restart", "Restart an execution from its failed tasks", HttpMethod.Post, "Execution {0} restarted"),
        new ExecutionActionCommand("replay", "Run an execution again as a new one", HttpMethod.Post, "Execution {0} started"),
    ];

    private static IEnumerable<Command> TemplateGroup() =>
        [new TemplateValidateCommand(), new TemplateExportCommand(), Group("namespace", "Handle namespace templates", [new TemplateNamespaceUpdateCommand()])];

    private static IEnumerable<Command> NamespaceGroup() =>
        [Group("files", "Manage namespace files", [new NamespaceFilesUpdateCommand()]), Group("kv", "Manage KV Store", [new NamespaceKvUpdateCommand()])];

    private static IEnumerable<Command> ExpressionGroup() => [new ExpressionEvalCommand()];

    private static IEnumerable<Command> SysGroup() =>
    [
        new ReindexCommand(),
        new SubmitQueuedCommand(),
        Group("database", "Manage Kestra database", [new DatabaseMigrateCommand()]),
        Group("state-store", "Manage Kestra State Store", [new UnavailableCommand("migrate", "Move old state files into the KV store", "Installations before 0.19 move their state with the original's `kestra sys state-store migrate` before they are taken over.")]),
        new PurgeQueueCommand(),
    ];

    private static IEnumerable<Command> ConfigsGroup() => [new ConfigsPropertiesCommand(), new ConfigsValidateCommand()];

    private static IEnumerable<Command> MigrateGroup() =>
    [
        new DefaultTenantCommand(),
        Group("metadata", "Populate metadata of entities", [new MetadataMigrateCommand("kv", "Populate metadata of the KV store", "KV Metadata"), new MetadataMigrateCommand("secrets", "Populate metadata of secrets", "Secrets Metadata"), new MetadataMigrateCommand("nsfiles", "Populate metadata of namespace files", "Namespace Files Metadata")]),
    ];

    private static IEnumerable<Command> ListGroup() => [new ListTenantsCommand()];
}
