using System.IO.Compression;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>The stored archive of a working directory's cache.</summary>
internal static class CacheArchive
{
    private const string Restored = "cache-restored";

    public static Task<(Stream Content, Instant Stored)?> OpenAsync(IRunContext context, CancellationToken cancellationToken) =>
        context.Storage.OpenCacheAsync(context.TaskRun!.TaskId, context.TaskRun.Value, cancellationToken);

    public static async Task UnpackAsync(IRunContext context, Stream content, CancellationToken cancellationToken)
    {
        // An archive is read from its end, which a stored file need not allow.
        var local = context.WorkingDirectory.CreateTempFile(".zip");
        await using (var copy = File.Create(local))
        {
            await content.CopyToAsync(copy, cancellationToken);
        }

        await ZipFile.ExtractToDirectoryAsync(local, context.WorkingDirectory.Path, overwriteFiles: true, cancellationToken);
        File.Delete(local);
        await File.WriteAllTextAsync(Mark(context), "", cancellationToken);
    }

    /// <summary>Whether a file was written since the archive was unpacked; without an archive, true.</summary>
    public static bool HasChanged(IRunContext context, IEnumerable<string> files)
    {
        var mark = Mark(context);
        if (!File.Exists(mark))
        {
            return true;
        }

        var since = File.GetLastWriteTimeUtc(mark);
        return files.Any(file => File.GetLastWriteTimeUtc(file) > since);
    }

    /// <returns>Address of the archive.</returns>
    public static async Task<string> PackAsync(IRunContext context, IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var local = context.WorkingDirectory.CreateTempFile(".zip");
        await using (var stream = File.Create(local))
        await using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var file in files)
            {
                await archive.CreateEntryFromFileAsync(file, Path.GetRelativePath(context.WorkingDirectory.Path, file).Replace('\\', '/'), cancellationToken);
            }
        }

        await using var content = File.OpenRead(local);
        return await context.Storage.PutCacheAsync(context.TaskRun!.TaskId, context.TaskRun.Value, content, cancellationToken);
    }

    private static string Mark(IRunContext context) => context.WorkingDirectory.Resolve($"{Files.WorkingDirectories.TemporaryFolder}/{Restored}");
}
