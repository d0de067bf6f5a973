namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.php.Script", Title = "Execute a PHP script.")]
public sealed class PhpScript : InlineScriptTask
{
    public PhpScript() => ContainerImage = Property.Of<string>("php");

    protected override string? Extension => ".php";

    protected override string Runtime(ScriptRun run, string path) => $"php {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.php.Commands", Title = "Execute one or more PHP scripts from the Command Line Interface.")]
public sealed class PhpCommands : CommandsTask
{
    public PhpCommands() => ContainerImage = Property.Of<string>("php");
}
