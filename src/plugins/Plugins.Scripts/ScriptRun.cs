using System.Globalization;
using System.Text;
using Kestra.Plugins.Files;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Scripts.Running;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts;

/// <summary>One run of a script task.</summary>
public sealed class ScriptRun
{
    private readonly string? outputDirectory;
    private readonly List<string> scripts = [];
    private readonly List<Func<CancellationToken, Task>> afterSuccess = [];

    internal ScriptRun(IRunContext context, ITaskRunner runner, bool hasOutputDirectory)
    {
        Context = context;
        Runner = runner;
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["workingDir"] = context.WorkingDirectory.Path };
        if (hasOutputDirectory)
        {
            outputDirectory = context.WorkingDirectory.Resolve(context.Ids.Next());
            Directory.CreateDirectory(outputDirectory);
            variables["outputDir"] = outputDirectory;
        }

        Variables = variables;
    }

    public IRunContext Context { get; }

    public ITaskRunner Runner { get; }

    /// <summary>Variables of expressions beside those of the run.</summary>
    public IReadOnlyDictionary<string, object?> Variables { get; }

    /// <summary>A command whose addresses of stored files were replaced by paths.</summary>
    public Task<string> LocalAsync(string command, CancellationToken cancellationToken) => StoredFilePaths.ReplaceAsync(Context, command, Runner.IsRemote, cancellationToken);

    public async Task<IReadOnlyList<string>> LocalAsync(IReadOnlyList<string> commands, CancellationToken cancellationToken)
    {
        var local = new List<string>(commands.Count);
        foreach (var command in commands)
        {
            local.Add(await LocalAsync(command, cancellationToken));
        }

        return local;
    }

    /// <summary>Writes a script into the working directory itself, where it finds its neighbours; it is gone before output files are collected.</summary>
    /// <returns>The path to run it by.</returns>
    public async Task<string> WriteScriptAsync(string text, string extension, CancellationToken cancellationToken)
    {
        var path = Context.WorkingDirectory.Resolve(Context.Ids.Next() + extension);
        await File.WriteAllTextAsync(path, text, new UTF8Encoding(false), cancellationToken);
        scripts.Add(path);
        return Runner.IsRemote ? Path.GetFileName(path) : path;
    }

    /// <summary>Done when the commands ended well, before the run ends.</summary>
    internal void AfterSuccess(Func<CancellationToken, Task> step) => afterSuccess.Add(step);

    internal async Task<TaskResult> ExecuteAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? image, IReadOnlyList<string>? outputFiles, CancellationToken cancellationToken)
    {
        var protocol = new OutputProtocol(Context);
        var commands = new TaskCommands
        {
            Arguments = arguments,
            Environment = environment,
            WorkingDirectory = Context.WorkingDirectory.Path,
            OutputDirectory = outputDirectory,
            ContainerImage = image,
            Output = protocol.Take,
        };
        var result = await Runner.RunAsync(Context, commands, cancellationToken);
        scripts.ForEach(File.Delete);
        var outputs = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["vars"] = protocol.Outputs,
            ["exitCode"] = result.ExitCode,
            ["outputFiles"] = await CollectAsync(outputFiles, cancellationToken),
            ["taskRunner"] = result.Details,
        };
        if (protocol.Overflowed)
        {
            throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"The script gave more than {OutputProtocol.MessageCharacters} characters of outputs. Write large results to files (outputFiles)."), outputs);
        }

        if (result.ExitCode != 0)
        {
            throw new TaskFailedException(string.Create(CultureInfo.InvariantCulture, $"Command failed with exit code {result.ExitCode}"), outputs);
        }

        foreach (var step in afterSuccess)
        {
            await step(cancellationToken);
        }

        return new TaskResult(outputs);
    }

    private async Task<OrderedDictionary<string, object?>> CollectAsync(IReadOnlyList<string>? patterns, CancellationToken cancellationToken)
    {
        var files = outputDirectory is null ? new OrderedDictionary<string, object?>(StringComparer.Ordinal) : await OutputFiles.StoreFolderAsync(Context, outputDirectory, cancellationToken);
        if (patterns is { Count: > 0 })
        {
            foreach (var (name, address) in await OutputFiles.StoreAsync(Context, patterns, cancellationToken))
            {
                files[name] = address;
            }
        }

        return files;
    }
}
