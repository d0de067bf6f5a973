namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.groovy.Script", Title = "Execute a Groovy script.")]
public sealed class GroovyScript : InlineScriptTask
{
    public GroovyScript() => ContainerImage = Property.Of<string>("groovy");

    protected override string? Extension => ".groovy";

    protected override string Runtime(ScriptRun run, string path) => $"groovy {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.groovy.Commands", Title = "Execute one or more Groovy scripts from the Command Line Interface.")]
public sealed class GroovyCommands : CommandsTask
{
    public GroovyCommands() => ContainerImage = Property.Of<string>("groovy");
}
