using Kestra.Model.Identifiers;

namespace Kestra.Plugins.Files;

/// <summary>Stores the files that a task left in its working directory.</summary>
public static class OutputFiles
{
    /// <summary>Files below the working directory that match one of the patterns.</summary>
    /// <param name="patterns">Rendered; see <see cref="FilePattern.Below"/>.</param>
    /// <returns>Relative path to address, ordered by path.</returns>
    public static Task<OrderedDictionary<string, object?>> StoreAsync(IRunContext context, IReadOnlyList<string> patterns, CancellationToken cancellationToken)
    {
        var folder = context.WorkingDirectory.Path;
        var compiled = patterns.Select(pattern => FilePattern.Below(folder, pattern)).ToList();
        return StoreAsync(context, folder, path => compiled.Exists(pattern => pattern.IsMatch(path)), cancellationToken);
    }

    /// <summary>Every file below a folder of the working directory.</summary>
    public static Task<OrderedDictionary<string, object?>> StoreFolderAsync(IRunContext context, string folder, CancellationToken cancellationToken) =>
        StoreAsync(context, folder, static _ => true, cancellationToken);

    /// <summary>Absolute paths of all files below a folder, ordered; what links lead out of it, and our own temporary files, are left out.</summary>
    public static IEnumerable<string> Below(string folder) => Walk(folder, folder).Order(StringComparer.Ordinal);

    private static async Task<OrderedDictionary<string, object?>> StoreAsync(IRunContext context, string folder, Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var stored = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var path in Below(folder).Where(isWanted))
        {
            var relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
            // Two files of one name from different folders must not meet in the one folder of the task run.
            stored[relative] = await context.Storage.PutFileAsync(path, $"{DerivedId.Of(relative)}-{Path.GetFileName(path)}", cancellationToken);
        }

        return stored;
    }

    private static IEnumerable<string> Walk(string root, string folder)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
            {
                if (directory.LinkTarget is null && directory.Name != WorkingDirectories.TemporaryFolder)
                {
                    foreach (var file in Walk(root, directory.FullName))
                    {
                        yield return file;
                    }
                }
            }
            else if (entry.LinkTarget is null || StaysInside(root, entry))
            {
                yield return entry.FullName;
            }
        }
    }

    private static bool StaysInside(string root, FileSystemInfo link)
    {
        try
        {
            return link.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target && target.FullName.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // A link in a circle leads nowhere.
            return false;
        }
    }
}

/// <summary>Facts about working directories that tasks and workers share.</summary>
public static class WorkingDirectories
{
    /// <summary>Folder of the working directory that holds files of the product itself.</summary>
    public const string TemporaryFolder = ".kestra-tmp";
}
