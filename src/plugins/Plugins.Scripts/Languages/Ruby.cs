namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.ruby.Script", Title = "Execute a Ruby script.")]
public sealed class RubyScript : InlineScriptTask
{
    public RubyScript() => ContainerImage = Property.Of<string>("ruby");

    protected override string? Extension => ".rb";

    protected override string Runtime(ScriptRun run, string path) => $"ruby {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.ruby.Commands", Title = "Execute one or more Ruby scripts from the Command Line Interface.")]
public sealed class RubyCommands : CommandsTask
{
    public RubyCommands() => ContainerImage = Property.Of<string>("ruby");
}
