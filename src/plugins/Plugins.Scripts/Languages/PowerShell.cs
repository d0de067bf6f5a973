namespace Kestra.Plugins.Scripts.Languages;

/// <summary>Runs a script given as text.</summary>
[Plugin("io.kestra.plugin.scripts.powershell.Script", Title = "Execute a PowerShell script.")]
public sealed class PowerShellScript : InlineScriptTask
{
    public PowerShellScript()
    {
        ContainerImage = Property.Of<string>(PowerShell.Image);
        Interpreter = PowerShell.Interpreter;
    }

    protected override string FailFastLine => PowerShell.FailFastLine;

    protected override string? Extension => ".ps1";

    // A file of the present folder is run by its path only.
    protected override string Runtime(ScriptRun run, string path) => Path.IsPathRooted(path) ? path : $@".\{path}";
}

/// <summary>Runs commands.</summary>
[Plugin("io.kestra.plugin.scripts.powershell.Commands", Title = "Execute one or more PowerShell commands.")]
public sealed class PowerShellCommands : CommandsTask
{
    public PowerShellCommands()
    {
        ContainerImage = Property.Of<string>(PowerShell.Image);
        Interpreter = PowerShell.Interpreter;
    }

    protected override string FailFastLine => PowerShell.FailFastLine;
}

internal static class PowerShell
{
    public const string Image = "ghcr.io/kestra-io/powershell:latest";
    public const string FailFastLine = "$ErrorActionPreference = \"Stop\"";

    public static Property<IReadOnlyList<string>> Interpreter { get; } = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["pwsh", "-NoProfile", "-NonInteractive", "-Command"]);
}
