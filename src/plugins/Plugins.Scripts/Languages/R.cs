namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.r.Script", Title = "Execute an R script.")]
public sealed class RScript : InlineScriptTask
{
    public RScript() => ContainerImage = Property.Of<string>("r-base");

    protected override string? Extension => ".R";

    protected override string Runtime(ScriptRun run, string path) => $"Rscript {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.r.Commands", Title = "Execute one or more R scripts from the Command Line Interface.")]
public sealed class RCommands : CommandsTask
{
    public RCommands() => ContainerImage = Property.Of<string>("r-base");
}
