namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.deno.Script", Title = "Execute a Deno script.")]
public sealed class DenoScript : InlineScriptTask
{
    public DenoScript() => ContainerImage = Property.Of<string>("denoland/deno");

    protected override string? Extension => ".ts";

    protected override string Runtime(ScriptRun run, string path) => $"deno run {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.deno.Commands", Title = "Execute one or more Deno commands from the Command Line Interface.")]
public sealed class DenoCommands : CommandsTask
{
    public DenoCommands() => ContainerImage = Property.Of<string>("denoland/deno");
}
