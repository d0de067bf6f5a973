namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.julia.Script", Title = "Execute a Julia script.")]
public sealed class JuliaScript : InlineScriptTask
{
    public JuliaScript() => ContainerImage = Property.Of<string>("julia");

    protected override string? Extension => ".jl";

    protected override string Runtime(ScriptRun run, string path) => $"julia {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.julia.Commands", Title = "Execute one or more Julia scripts from the Command Line Interface.")]
public sealed class JuliaCommands : CommandsTask
{
    public JuliaCommands() => ContainerImage = Property.Of<string>("julia");
}
