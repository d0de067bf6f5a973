using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Kestra.Storage.Objects;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;

namespace Kestra.Webserver.Namespaces;

/// <summary>The files of one namespace in internal storage, with what uploads of archives and flows mean.</summary>
internal sealed partial class NamespaceFiles(IObjectStorage objects, FlowRevisions revisions, WebserverOptions options)
{
    /// <summary>A folder that holds no files: what is put there becomes a flow.</summary>
    private const string FlowFolder = "/_flows";

    private const int MaxFlowBytes = 20 * 1024 * 1024;

    /// <summary>The place of a path that a user gave.</summary>
    /// <exception cref="ApiException">It tries to leave the namespace's folder, or is the folder of flows.</exception>
    public static string Locate(string @namespace, string? path)
    {
        var normal = Normal(path);
        return IsFlowPath(normal)
            ? throw ApiException.IllegalArgument($"Forbidden path: {normal}")
            : StoragePaths.NamespaceFiles(NamespaceTree.Check(@namespace)) + (normal == "/" ? "" : normal);
    }

    /// <summary>Stores an upload: a file, the files of an archive, or a flow.</summary>
    public async Task UploadAsync(string tenant, string @namespace, string path, Stream content, CancellationToken cancellationToken)
    {
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            await UnpackAsync(tenant, @namespace, content, cancellationToken);
        }
        else
        {
            await StoreAsync(tenant, @namespace, path, content, cancellationToken);
        }
    }

    /// <summary>Removes a file or a folder, and the folders above that are empty then.</summary>
    public async Task DeleteAsync(string tenant, string @namespace, string path, CancellationToken cancellationToken)
    {
        var root = StoragePaths.NamespaceFiles(NamespaceTree.Check(@namespace));
        var place = Locate(@namespace, path);
        await objects.DeleteAsync(tenant, place, cancellationToken);
        for (var parent = ParentOf(place); parent.Length > root.Length; parent = ParentOf(parent))
        {
            if (!await objects.ExistsAsync(tenant, parent, cancellationToken) || (await objects.ListAsync(tenant, parent, cancellationToken)).Count > 0)
            {
                break;
            }

            await objects.DeleteAsync(tenant, parent, cancellationToken);
        }
    }

    /// <summary>All files, as paths that begin with a slash.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string tenant, string @namespace, CancellationToken cancellationToken)
    {
        var root = StoragePaths.NamespaceFiles(NamespaceTree.Check(@namespace));
        var found = new List<string>();
        await foreach (var path in objects.ListAllAsync(tenant, root, cancellationToken))
        {
            found.Add(path[root.Length..]);
        }

        return found;
    }

    private async Task UnpackAsync(string tenant, string @namespace, Stream content, CancellationToken cancellationToken)
    {
        // The directory of an archive is at its end, so it is brought to the disk first.
        await using var spool = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        await content.CopyToAsync(spool, cancellationToken);
        spool.Position = 0;
        try
        {
            await using var archive = await ZipArchive.CreateAsync(spool, ZipArchiveMode.Read, leaveOpen: true, null, cancellationToken);
            if (archive.Entries.Count > options.MaxArchiveEntries)
            {
                throw ApiException.IllegalArgument($"The archive holds more than {options.MaxArchiveEntries} files");
            }

            var left = options.MaxArchiveBytes;
            foreach (var entry in archive.Entries.Where(static entry => !entry.FullName.EndsWith('/')))
            {
                await using var stream = await entry.OpenAsync(cancellationToken);
                await using var limited = new LimitedStream(stream, left);
                await StoreAsync(tenant, @namespace, entry.FullName, limited, cancellationToken);
                left -= limited.Count;
            }
        }
        catch (InvalidDataException)
        {
            throw ApiException.BadRequest("The archive can't be read");
        }
    }

    private async Task StoreAsync(string tenant, string @namespace, string path, Stream content, CancellationToken cancellationToken)
    {
        var normal = Normal(path);
        if (IsFlowPath(normal))
        {
            await ImportFlowAsync(tenant, @namespace, normal, content, cancellationToken);
            return;
        }

        if (normal == "/")
        {
            throw ApiException.IllegalArgument("A file needs a name");
        }

        await objects.PutAsync(tenant, Locate(@namespace, normal), content, null, cancellationToken);
    }

    private async Task ImportFlowAsync(string tenant, string @namespace, string path, Stream content, CancellationToken cancellationToken)
    {
        if (!FlowFilePattern().IsMatch(path))
        {
            throw ApiException.IllegalArgument($"Invalid flow file path: {path}");
        }

        await using var limited = new LimitedStream(content, MaxFlowBytes);
        using var reader = new StreamReader(limited, Encoding.UTF8);
        var source = NamespaceLine().Replace(await reader.ReadToEndAsync(cancellationToken), $"namespace: {NamespaceTree.Check(@namespace)}", 1);
        await revisions.PutAsync(source, tenant, cancellationToken);
    }

    private static string Normal(string? path)
    {
        try
        {
            return StoragePath.Normalize(path ?? "/");
        }
        catch (ArgumentException)
        {
            throw ApiException.IllegalArgument("File should be accessed with their full path and not using relative '..' path.");
        }
    }

    private static bool IsFlowPath(string normal) => normal == FlowFolder || normal.StartsWith(FlowFolder + "/", StringComparison.Ordinal);

    private static string ParentOf(string path) => path[..Math.Max(0, path.LastIndexOf('/'))];

    [GeneratedRegex(@"^/_flows/[^/]+\.ya?ml\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FlowFilePattern();

    [GeneratedRegex(@"^namespace:.*$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex NamespaceLine();
}
