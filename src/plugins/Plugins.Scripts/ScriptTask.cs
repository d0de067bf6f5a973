using Kestra.Plugins.Files;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Scripts.Running;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts;

/// <summary>The system that commands are written for: it decides about ends of lines.</summary>
public enum TargetSystem { LINUX, WINDOWS, AUTO }

/// <summary>Older way to choose where commands run.</summary>
public enum RunnerType { PROCESS, DOCKER }

/// <summary>What all script tasks have: files in and out, environment, interpreter, runner.</summary>
[PluginOutput("vars", typeof(IReadOnlyDictionary<string, object?>), Title = "The value extracted from the output of the executed `commands`.")]
[PluginOutput("exitCode", typeof(int), Title = "The exit code of the entire Flow Execution.")]
[PluginOutput("outputFiles", typeof(IReadOnlyDictionary<string, Uri>), Title = "The output files' URIs in Kestra's internal storage.")]
[PluginOutput("taskRunner", typeof(IReadOnlyDictionary<string, object?>), Title = "Details given by the task runner.")]
public abstract class ScriptTask : IRunnableTask
{
    /// <summary>Where the commands run; a container without it.</summary>
    [PluginProperty(DocumentedDefault = """{"type":"io.kestra.plugin.scripts.runner.docker.Docker","pullPolicy":"IF_NOT_PRESENT"}""")]
    public ITaskRunner? TaskRunner { get; init; }

    /// <summary>Image for runners that use containers.</summary>
    public Property<string>? ContainerImage { get; init; }

    /// <summary>Run first, in the same shell.</summary>
    public Property<IReadOnlyList<string>>? BeforeCommands { get; init; }

    public Property<IReadOnlyList<string>> Interpreter { get; init; } = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["/bin/sh", "-c"]);

    /// <summary>The first command that fails ends the script.</summary>
    public Property<bool> FailFast { get; init; } = Property.Of<bool>(true);

    public Property<IReadOnlyDictionary<string, string>>? Env { get; init; }

    /// <summary>File name to content, or an expression that gives it as JSON.</summary>
    [PluginProperty(Dynamic = true)]
    public object? InputFiles { get; init; }

    /// <summary>Patterns of files to store.</summary>
    public Property<IReadOnlyList<string>>? OutputFiles { get; init; }

    public NamespaceFilesOptions? NamespaceFiles { get; init; }

    /// <summary>There is a folder <c>{{ outputDir }}</c> whose files are all stored.</summary>
    [PluginProperty(Deprecated = true)]
    public Property<bool> OutputDirectory { get; init; } = Property.Of<bool>(false);

    public Property<TargetSystem> TargetOS { get; init; } = Property.Of<TargetSystem>(nameof(TargetSystem.AUTO));

    /// <summary>Accepted, without effect: what is written to standard error does not change the state.</summary>
    [PluginProperty(Deprecated = true)]
    public Property<bool>? WarningOnStdErr { get; init; }

    [PluginProperty(Deprecated = true)]
    public RunnerType? Runner { get; init; }

    /// <summary>Options of the container runner, from before runners had properties of their own.</summary>
    [PluginProperty(Deprecated = true)]
    public DockerRunner? Docker { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var run = new ScriptRun(context, RunnerFor(), OutputDirectory.Or(context, false) || Runner is not null);
        if (NamespaceFiles is not null)
        {
            await NamespaceFiles.LoadAsync(context, cancellationToken);
        }

        await Files.InputFiles.WriteAsync(context, InputFiles, run.Variables, cancellationToken);
        var arguments = await ArgumentsAsync(run, cancellationToken);
        var environment = await EnvironmentAsync(run, cancellationToken);
        return await run.ExecuteAsync(arguments, environment, ImageFor(context, run), OutputFiles?.Render(context, run.Variables), cancellationToken);
    }

    /// <summary>The commands of the task, after files were put in place.</summary>
    protected abstract Task<IReadOnlyList<string>> CommandsAsync(ScriptRun run, CancellationToken cancellationToken);

    /// <summary>Commands that go before everything, as the language needs them.</summary>
    protected virtual Task<IReadOnlyList<string>> PreparationAsync(ScriptRun run, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Environment beside the one that the user gives.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string>> OwnEnvironment(ScriptRun run) => [];

    /// <summary>The image that the language wants for the version that the user asked for; null when none was.</summary>
    protected virtual string? DefaultImage(ScriptRun run) => null;

    /// <summary>The line that makes the shell stop at the first failure.</summary>
    protected virtual string FailFastLine => "set -e";

    private ITaskRunner RunnerFor() => TaskRunner ?? (Runner == RunnerType.PROCESS ? new ProcessRunner() : Docker ?? new DockerRunner());

    private string? ImageFor(IRunContext context, ScriptRun run) =>
        Docker?.Image?.Render(context, run.Variables) ?? DefaultImage(run) ?? ContainerImage?.Render(context, run.Variables);

    private async Task<IReadOnlyList<string>> ArgumentsAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        var interpreter = Interpreter.Render(run.Context, run.Variables) ?? [];
        var before = await run.LocalAsync(BeforeCommands?.Render(run.Context, run.Variables) ?? [], cancellationToken);
        IReadOnlyList<string> commands = [.. await PreparationAsync(run, cancellationToken), .. await CommandsAsync(run, cancellationToken)];
        if (interpreter.Count == 0 && before.Count == 0)
        {
            return commands;
        }

        var isWindows = TargetOS.Or(run.Context, TargetSystem.AUTO) switch
        {
            TargetSystem.WINDOWS => true,
            TargetSystem.LINUX => false,
            _ => OperatingSystem.IsWindows(),
        };
        IEnumerable<string> lines = [.. before, .. commands];
        if (FailFast.Or(run.Context, true) && !isWindows)
        {
            lines = lines.Prepend(FailFastLine);
        }

        return [.. interpreter, string.Join(isWindows ? "\r\n" : "\n", lines)];
    }

    private async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        var environment = new OrderedDictionary<string, string>(OwnEnvironment(run), StringComparer.Ordinal);
        foreach (var (name, value) in Env?.Render(run.Context, run.Variables) ?? new OrderedDictionary<string, string>())
        {
            environment[name] = await StoredFilePaths.ReplaceAsync(run.Context, value, run.Runner.IsRemote, cancellationToken);
        }

        return environment;
    }
}

/// <summary>A task that runs a list of commands.</summary>
public abstract class CommandsTask : ScriptTask
{
    [PluginProperty(Required = true)]
    public Property<IReadOnlyList<string>>? Commands { get; init; }

    protected override Task<IReadOnlyList<string>> CommandsAsync(ScriptRun run, CancellationToken cancellationToken) =>
        run.LocalAsync(Commands.Required(run, "commands"), cancellationToken);
}

/// <summary>A task that runs a script given as text.</summary>
public abstract class InlineScriptTask : ScriptTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Script { get; init; }

    /// <summary>Extension of the file that the script is written to; null hands the text to the interpreter.</summary>
    protected abstract string? Extension { get; }

    /// <summary>The command that runs a script's file.</summary>
    protected abstract string Runtime(ScriptRun run, string path);

    protected override async Task<IReadOnlyList<string>> CommandsAsync(ScriptRun run, CancellationToken cancellationToken)
    {
        var text = await run.LocalAsync(Script.Required(run, "script"), cancellationToken);
        return Extension is { } extension ? [Runtime(run, await run.WriteScriptAsync(text, extension, cancellationToken))] : [text];
    }
}

/// <summary>Rendering of required properties with the variables of a script.</summary>
internal static class ScriptProperties
{
    public static T Required<T>(this Property<T>? property, ScriptRun run, string name)
        where T : notnull => property is not null && property.Render(run.Context, run.Variables) is { } value ? value : throw new TaskFailedException($"The property '{name}' is required and has no value");
}
