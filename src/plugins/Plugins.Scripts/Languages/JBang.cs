namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.jbang.Script", Title = "Execute a JBang script.")]
public sealed class JBangScript : InlineScriptTask
{
    public JBangScript() => ContainerImage = Property.Of<string>("jbangdev/jbang-action");

    /// <summary>JBang tells nothing of its own work.</summary>
    public Property<bool> Quiet { get; init; } = Property.Of<bool>(true);

    protected override string? Extension => ".java";

    protected override string Runtime(ScriptRun run, string path) => $"jbang {(Quiet.Or(run.Context, true) ? "--quiet " : "")}{path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.jbang.Commands", Title = "Execute one or more JBang commands.")]
public sealed class JBangCommands : CommandsTask
{
    public JBangCommands() => ContainerImage = Property.Of<string>("jbangdev/jbang-action");

    /// <summary>JBang tells nothing of its own work.</summary>
    public Property<bool> Quiet { get; init; } = Property.Of<bool>(true);

    protected override IEnumerable<KeyValuePair<string, string>> OwnEnvironment(ScriptRun run) =>
        Quiet.Or(run.Context, true) ? [KeyValuePair.Create("JBANG_QUIET", "true")] : [];
}
