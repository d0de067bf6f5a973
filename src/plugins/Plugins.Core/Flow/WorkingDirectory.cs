using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Files;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Runs tasks one after the other in one folder of one worker.</summary>
[Plugin("io.kestra.plugin.core.flow.WorkingDirectory", Aliases = ["io.kestra.core.tasks.flows.Worker", "io.kestra.core.tasks.flows.WorkingDirectory"], Title = "Run tasks sequentially in the same working directory.")]
public sealed class WorkingDirectory : IWorkingDirectoryTask, ISelfChecking
{
    [PluginProperty(NotEmpty = true, EmptyMessage = "The 'tasks' property cannot be empty")]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    public IReadOnlyList<TaskDefinition>? Errors { get; init; }

    public IReadOnlyList<TaskDefinition>? Finally { get; init; }

    public WorkingDirectoryCache? Cache { get; init; }

    public NamespaceFilesOptions? NamespaceFiles { get; init; }

    /// <summary>File name to content, or an expression that gives it as JSON.</summary>
    [PluginProperty(Dynamic = true)]
    public object? InputFiles { get; init; }

    /// <summary>Patterns of files to store.</summary>
    public Property<IReadOnlyList<string>>? OutputFiles { get; init; }

    public IEnumerable<PluginBindingFault> Check() => Tasks.Any(static task => task.WorkerGroup is not null)
        ? [new PluginBindingFault("", "Cannot set a Worker Group in any WorkingDirectory sub-tasks, it is only supported at the WorkingDirectory level")]
        : [];

    public async Task PrepareAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (Cache is not null)
        {
            await Cache.RestoreAsync(context, cancellationToken);
        }

        if (NamespaceFiles is not null)
        {
            await NamespaceFiles.LoadAsync(context, cancellationToken);
        }

        await Files.InputFiles.WriteAsync(context, InputFiles, more: null, cancellationToken);
    }

    public async Task<IReadOnlyDictionary<string, object?>?> CompleteAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var stored = await StoreAsync(context, cancellationToken);
        if (Cache is not null)
        {
            await Cache.RefreshAsync(context, cancellationToken);
        }

        return stored.Count > 0 ? new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["outputFiles"] = stored } : null;
    }

    private async Task<OrderedDictionary<string, object?>> StoreAsync(IRunContext context, CancellationToken cancellationToken)
    {
        try
        {
            return OutputFiles?.Render(context) is { Count: > 0 } patterns ? await Files.OutputFiles.StoreAsync(context, patterns, cancellationToken) : [];
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new TaskFailedException($"Unable to capture WorkingDirectory output files: {error.Message}", inner: error);
        }
    }
}

/// <summary>Files of the working directory that later runs begin with.</summary>
[DefinitionName("io.kestra.plugin.core.flow.WorkingDirectory-Cache")]
public sealed class WorkingDirectoryCache
{
    /// <summary>Patterns of the files.</summary>
    [PluginProperty(Required = true)]
    public Property<IReadOnlyList<string>>? Patterns { get; init; }

    /// <summary>How long the files are used; for ever without it.</summary>
    public Property<Duration>? Ttl { get; init; }

    internal async Task RestoreAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var archive = await CacheArchive.OpenAsync(context, cancellationToken);
        if (archive is not var (content, stored))
        {
            return;
        }

        await using (content)
        {
            if (Ttl is not null && Ttl.Render(context) is var limit && stored + limit < context.Now)
            {
                context.Logger.Debug("Cache is too old, it is not used");
                return;
            }

            context.Logger.Debug("Cache exist, downloading it");
            await CacheArchive.UnpackAsync(context, content, cancellationToken);
        }
    }

    internal async Task RefreshAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var folder = context.WorkingDirectory.Path;
        var patterns = Patterns.Required(context, "patterns").Select(pattern => FilePattern.Below(folder, pattern)).ToList();
        var files = OutputFiles.Below(folder).Where(path => patterns.Exists(pattern => pattern.IsMatch(path))).ToList();
        if (files.Count == 0)
        {
            return;
        }

        if (!CacheArchive.HasChanged(context, files))
        {
            context.Logger.Debug("Cache files didn't change, skip updating it");
            return;
        }

        context.Logger.Debug("Cache files changed, we update the cache");
        context.Logger.Debug($"Caching in {await CacheArchive.PackAsync(context, files, cancellationToken)}");
    }
}
