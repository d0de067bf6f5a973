namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.bun.Script", Title = "Execute a Bun script.")]
public sealed class BunScript : InlineScriptTask
{
    public BunScript() => ContainerImage = Property.Of<string>("oven/bun");

    protected override string? Extension => ".ts";

    protected override string Runtime(ScriptRun run, string path) => $"bun run {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.bun.Commands", Title = "Execute one or more Bun commands from the Command Line Interface.")]
public sealed class BunCommands : CommandsTask
{
    public BunCommands() => ContainerImage = Property.Of<string>("oven/bun");
}
