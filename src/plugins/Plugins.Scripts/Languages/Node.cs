namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.node.Script", Title = "Execute a Node.js script.")]
public sealed class NodeScript : InlineScriptTask
{
    public NodeScript() => ContainerImage = Property.Of<string>("node");

    protected override string? Extension => ".js";

    protected override string Runtime(ScriptRun run, string path) => $"node {path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.node.Commands", Title = "Execute one or more Node.js scripts from the Command Line Interface.")]
public sealed class NodeCommands : CommandsTask
{
    public NodeCommands() => ContainerImage = Property.Of<string>("node");
}
