namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.python.Script", Title = "Execute a Python script.")]
public sealed class PythonScript : InlineScriptTask, IPythonTask
{
    public PythonScript() => ContainerImage = Property.Of<string>(Python.DefaultImage);

    public Property<IReadOnlyList<string>>? Dependencies { get; init; }

    public Property<string>? PythonVersion { get; init; }

    public Property<bool> DependencyCacheEnabled { get; init; } = Property.Of<bool>(true);

    public Property<PackageManager> PackageManager { get; init; } = Property.Of<PackageManager>(nameof(Languages.PackageManager.UV));

    protected override string? Extension => ".py";

    protected override string Runtime(ScriptRun run, string path) => $"{Python.Interpreter(run)} {path}";

    protected override Task<IReadOnlyList<string>> PreparationAsync(ScriptRun run, CancellationToken cancellationToken) => Python.PrepareAsync(this, run, cancellationToken);

    protected override IEnumerable<KeyValuePair<string, string>> OwnEnvironment(ScriptRun run) => Python.Environment(this, run);

    protected override string? DefaultImage(ScriptRun run) => Python.ImageFor(this, run);
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.python.Commands", Title = "Execute one or more Python scripts from the Command Line Interface.")]
public sealed class PythonCommands : CommandsTask, IPythonTask
{
    public PythonCommands() => ContainerImage = Property.Of<string>(Python.DefaultImage);

    public Property<IReadOnlyList<string>>? Dependencies { get; init; }

    public Property<string>? PythonVersion { get; init; }

    public Property<bool> DependencyCacheEnabled { get; init; } = Property.Of<bool>(true);

    public Property<PackageManager> PackageManager { get; init; } = Property.Of<PackageManager>(nameof(Languages.PackageManager.UV));

    protected override Task<IReadOnlyList<string>> PreparationAsync(ScriptRun run, CancellationToken cancellationToken) => Python.PrepareAsync(this, run, cancellationToken);

    protected override IEnumerable<KeyValuePair<string, string>> OwnEnvironment(ScriptRun run) => Python.Environment(this, run);

    protected override string? DefaultImage(ScriptRun run) => Python.ImageFor(this, run);
}

/// <summary>The program that installs requirements; UV gives way to PIP where it is not there.</summary>
public enum PackageManager { UV, PIP }

/// <summary>What both Python tasks have.</summary>
internal interface IPythonTask
{
    /// <summary>Requirements as <c>pip install</c> takes them.</summary>
    Property<IReadOnlyList<string>>? Dependencies { get; }

    /// <summary>Version of the image and of the interpreter that requirements are installed for.</summary>
    Property<string>? PythonVersion { get; }

    /// <summary>Installed requirements are kept for later runs.</summary>
    Property<bool> DependencyCacheEnabled { get; }

    Property<PackageManager> PackageManager { get; }
}
