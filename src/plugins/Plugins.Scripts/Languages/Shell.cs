namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.shell.Script", Title = "Execute a Shell script.")]
public sealed class ShellScript : InlineScriptTask
{
    public ShellScript() => ContainerImage = Property.Of<string>("ubuntu");

    // The shell that runs the commands runs the script.
    protected override string? Extension => null;

    protected override string Runtime(ScriptRun run, string path) => path;
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.shell.Commands", Title = "Execute one or more Shell commands.")]
public sealed class ShellCommands : CommandsTask
{
    public ShellCommands() => ContainerImage = Property.Of<string>("ubuntu");
}
