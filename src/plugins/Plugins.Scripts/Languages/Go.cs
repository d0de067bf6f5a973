namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.go.Script", Title = "Execute a Go script.")]
public sealed class GoScript : InlineScriptTask
{
    public GoScript() => ContainerImage = Property.Of<string>("golang");

    protected override string? Extension => ".go";

    protected override string Runtime(ScriptRun run, string path) => $"go run {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.go.Commands", Title = "Execute one or more Go scripts from the Command Line Interface.")]
public sealed class GoCommands : CommandsTask
{
    public GoCommands() => ContainerImage = Property.Of<string>("golang");
}
