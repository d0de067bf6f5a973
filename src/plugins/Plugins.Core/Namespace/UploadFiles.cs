using System.Text.Json;
using Kestra.Expressions;
using Kestra.Plugins.Files;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Namespace;

/// <summary>What happens to a file of the namespace that is there already.</summary>
public enum FileConflict { OVERWRITE, ERROR, SKIP }

/// <summary>Stores files in a namespace: of the working directory, or of internal storage.</summary>
[Plugin("io.kestra.plugin.core.namespace.UploadFiles", Title = "Upload one or multiple files to a specific namespace.")]
[PluginOutput("files", typeof(IReadOnlyDictionary<string, Uri>))]
public sealed class UploadFiles : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Namespace { get; init; }

    /// <summary>Patterns over the working directory.</summary>
    public Property<IReadOnlyList<string>>? Files { get; init; }

    /// <summary>Path in the namespace to address in internal storage, or an expression that gives it as JSON.</summary>
    [PluginProperty(Dynamic = true)]
    public object? FilesMap { get; init; }

    /// <summary>Folder in the namespace; put before the names of <see cref="FilesMap"/> as it is.</summary>
    public Property<string> Destination { get; init; } = Property.Of<string>("/");

    public Property<FileConflict> Conflict { get; init; } = Property.Of<FileConflict>(nameof(FileConflict.OVERWRITE));

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (Files is null && FilesMap is null)
        {
            throw new TaskFailedException("files or filesMap is required");
        }

        var target = context.NamespaceFiles(Namespace.Required(context, "namespace"));
        var destination = "/" + Destination.Or(context, "/").TrimStart('/');
        foreach (var (name, path) in Local(context))
        {
            await using var content = File.OpenRead(path);
            await StoreAsync(context, target, $"{destination.TrimEnd('/')}/{name}", content, cancellationToken);
        }

        foreach (var (name, address) in Stored(context))
        {
            if (await context.Storage.ExistsAsync(address, cancellationToken))
            {
                await using var content = await context.Storage.OpenAsync(address, cancellationToken);
                await StoreAsync(context, target, destination + name, content, cancellationToken);
            }
        }

        return TaskResult.Empty;
    }

    private IEnumerable<(string Name, string Path)> Local(IRunContext context)
    {
        if (Files?.Render(context) is not { Count: > 0 } patterns)
        {
            return [];
        }

        var folder = context.WorkingDirectory.Path;
        var compiled = patterns.Select(pattern => FilePattern.Below(folder, pattern)).ToList();
        return OutputFiles.Below(folder).Where(path => compiled.Exists(pattern => pattern.IsMatch(path))).Select(path => (Path.GetRelativePath(folder, path).Replace('\\', '/'), path));
    }

    private IEnumerable<(string Name, string Address)> Stored(IRunContext context)
    {
        var rendered = context.RenderValue(FilesMap);
        if (rendered is null)
        {
            return [];
        }

        try
        {
            var map = PropertyConversion.To<IReadOnlyDictionary<string, object?>>(rendered) ?? new OrderedDictionary<string, object?>();
            return map.Values.All(static value => value is string)
                ? map.Select(static pair => (pair.Key, ValueConversion.ToText(pair.Value)))
                : throw new TaskFailedException("filesMap must be a Map<String, String>");
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new TaskFailedException("filesMap must be a Map<String, String>", inner: error);
        }
    }

    private async Task StoreAsync(IRunContext context, INamespaceFiles target, string path, Stream content, CancellationToken cancellationToken)
    {
        var exists = await target.ExistsAsync(path, cancellationToken);
        var conflict = Conflict.Or(context, FileConflict.OVERWRITE);
        if (exists && conflict == FileConflict.ERROR)
        {
            throw new TaskFailedException($"File '{path}' already exists in namespace '{target.Namespace}' and conflict is set to ERROR");
        }

        if (exists && conflict == FileConflict.SKIP)
        {
            context.Logger.Info($"File '{path}' already exists in namespace '{target.Namespace}' and conflict is set to SKIP. Skipping.");
            return;
        }

        await target.PutAsync(path, content, cancellationToken);
        context.Logger.Debug(exists ? $"File '{path}' overwritten into namespace '{target.Namespace}'." : $"File '{path}' added to namespace '{target.Namespace}'.");
    }
}
