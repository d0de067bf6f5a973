using System.Globalization;
using Kestra.Model.Durations;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Files;

/// <summary>What happens to a file that is there already.</summary>
public enum ExistingFile { OVERWRITE, FAIL, WARN, IGNORE }

/// <summary>The property <c>namespaceFiles</c>: files of namespaces that are copied into the working directory.</summary>
[DefinitionName("io.kestra.core.models.tasks.NamespaceFiles")]
public sealed class NamespaceFilesOptions
{
    public Property<bool> Enabled { get; init; } = Property.Of<bool>(true);

    /// <summary>Patterns of files to leave out.</summary>
    public Property<IReadOnlyList<string>>? Exclude { get; init; }

    /// <summary>Each namespace's files go into a folder of its name.</summary>
    public Property<bool> FolderPerNamespace { get; init; } = Property.Of<bool>(false);

    public Property<ExistingFile> IfExists { get; init; } = Property.Of<ExistingFile>(nameof(ExistingFile.OVERWRITE));

    /// <summary>Patterns of files to take; all when absent.</summary>
    public Property<IReadOnlyList<string>>? Include { get; init; }

    [PluginProperty(DocumentedDefault = """["{{flow.namespace}}"]""")]
    public Property<IReadOnlyList<string>>? Namespaces { get; init; }

    /// <summary>Copies the files.</summary>
    public async Task LoadAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (!Enabled.Or(context, true))
        {
            return;
        }

        var started = context.Now;
        var namespaces = Namespaces?.Render(context) ?? [context.Namespace];
        var count = 0;
        foreach (var @namespace in namespaces)
        {
            count += await LoadAsync(context, context.NamespaceFiles(@namespace), cancellationToken);
        }

        var names = string.Join(", ", namespaces.Select(name => $"'{name}'"));
        context.Logger.Info(string.Create(CultureInfo.InvariantCulture, $"Loaded {count} namespace files from {names} in {ClockDuration.Format(context.Now - started)}"));
    }

    private async Task<int> LoadAsync(IRunContext context, INamespaceFiles files, CancellationToken cancellationToken)
    {
        var include = Patterns(Include?.Render(context));
        var exclude = Patterns(Exclude?.Render(context));
        var folder = FolderPerNamespace.Or(context, false) ? files.Namespace + "/" : "";
        var count = 0;
        await foreach (var path in files.ListAsync(cancellationToken))
        {
            if ((include.Count > 0 && !include.Exists(pattern => pattern.IsMatch(path))) || exclude.Exists(pattern => pattern.IsMatch(path)))
            {
                continue;
            }

            var target = context.WorkingDirectory.Resolve(folder + path.TrimStart('/'));
            if (File.Exists(target) && !Replaces(context, path))
            {
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var source = await files.OpenAsync(path, cancellationToken);
            await using var copy = File.Create(target);
            await source.CopyToAsync(copy, cancellationToken);
            count++;
        }

        return count;
    }

    private bool Replaces(IRunContext context, string path)
    {
        switch (IfExists.Or(context, ExistingFile.OVERWRITE))
        {
            case ExistingFile.FAIL:
                throw new TaskFailedException($"File '{path}' already exists in the working directory and ifExists is set to FAIL");
            case ExistingFile.WARN:
                context.Logger.Warn($"File '{path}' already exists in the working directory and is kept");
                return false;
            case ExistingFile.IGNORE:
                return false;
            default:
                return true;
        }
    }

    private static List<FilePattern> Patterns(IReadOnlyList<string>? patterns) => [.. (patterns ?? []).Select(FilePattern.InNamespace)];
}
