namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.perl.Script", Title = "Execute a Perl script.")]
public sealed class PerlScript : InlineScriptTask
{
    public PerlScript() => ContainerImage = Property.Of<string>("perl");

    protected override string? Extension => ".pl";

    protected override string Runtime(ScriptRun run, string path) => $"perl {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.perl.Commands", Title = "Execute one or more Perl scripts from the Command Line Interface.")]
public sealed class PerlCommands : CommandsTask
{
    public PerlCommands() => ContainerImage = Property.Of<string>("perl");
}
