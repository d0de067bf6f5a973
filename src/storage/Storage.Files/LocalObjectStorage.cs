using System.Runtime.CompilerServices;
using Kestra.Ion;
using Kestra.Storage.Objects;
using NodaTime;

namespace Kestra.Storage.Files;

/// <summary>Internal storage in a folder: <c>base/tenant/path</c>, with metadata in a file beside.</summary>
/// <param name="basePath">Created when it is missing.</param>
public sealed class LocalObjectStorage(string basePath) : IObjectStorage
{
    private const string MetadataSuffix = ".metadata";
    private const string PartSuffix = ".part~";

    private readonly string root = Directory.CreateDirectory(basePath).FullName;

    public Task<StoredObject> OpenAsync(string tenantId, string path, CancellationToken cancellationToken)
    {
        var file = Physical(tenantId, path);
        if (!File.Exists(file))
        {
            throw NotFound(path);
        }

        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Task.FromResult(new StoredObject(stream, stream.Length, Metadata(file)));
    }

    public async Task<string> PutAsync(string tenantId, string path, Stream content, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        var file = Physical(tenantId, StoragePath.NormalizeFile(path));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await WriteAsync(file, content, cancellationToken);
        if (metadata is null)
        {
            // What was said about the old content does not hold for the new one.
            File.Delete(file + MetadataSuffix);
        }
        else
        {
            var text = IonText.Write(new OrderedDictionary<string, object?>(metadata.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))));
            using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
            await WriteAsync(file + MetadataSuffix, bytes, cancellationToken);
        }

        return StorageUri.Of(path);
    }

    public Task<bool> ExistsAsync(string tenantId, string path, CancellationToken cancellationToken)
    {
        var file = Physical(tenantId, path);
        return Task.FromResult(File.Exists(file) || Directory.Exists(file));
    }

    public Task<ObjectAttributes> AttributesAsync(string tenantId, string path, CancellationToken cancellationToken) => Task.FromResult(Attributes(tenantId, path));

    public Task<IReadOnlyList<ObjectAttributes>> ListAsync(string tenantId, string path, CancellationToken cancellationToken)
    {
        var folder = Physical(tenantId, path);
        if (!Directory.Exists(folder))
        {
            throw NotFound(path);
        }

        IReadOnlyList<ObjectAttributes> found = [.. Directory.EnumerateFileSystemEntries(folder)
            .Where(entry => !IsHidden(entry))
            .Order(StringComparer.Ordinal)
            .Select(entry => Attributes(tenantId, StoragePath.Normalize(path) + "/" + Path.GetFileName(entry)))];
        return Task.FromResult(found);
    }

    public async IAsyncEnumerable<string> ListAllAsync(string tenantId, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = Physical(tenantId, prefix);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        await Task.CompletedTask;
        var tenantRoot = Path.Combine(root, StoragePath.Tenant(tenantId));
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!IsHidden(file))
            {
                yield return "/" + Path.GetRelativePath(tenantRoot, file).Replace(Path.DirectorySeparatorChar, '/');
            }
        }
    }

    public Task<bool> DeleteAsync(string tenantId, string path, CancellationToken cancellationToken)
    {
        var file = Physical(tenantId, StoragePath.NormalizeFile(path));
        if (Directory.Exists(file))
        {
            Directory.Delete(file, recursive: true);
            return Task.FromResult(true);
        }

        if (!File.Exists(file))
        {
            return Task.FromResult(false);
        }

        File.Delete(file);
        File.Delete(file + MetadataSuffix);
        return Task.FromResult(true);
    }

    public async Task<IReadOnlyList<string>> DeletePrefixAsync(string tenantId, string prefix, CancellationToken cancellationToken)
    {
        var folder = Physical(tenantId, StoragePath.NormalizeFile(prefix));
        var deleted = new List<string>();
        await foreach (var path in ListAllAsync(tenantId, prefix, cancellationToken))
        {
            deleted.Add(path);
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return deleted;
    }

    public Task CreateFolderAsync(string tenantId, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Physical(tenantId, path));
        return Task.CompletedTask;
    }

    public Task MoveAsync(string tenantId, string from, string to, CancellationToken cancellationToken)
    {
        var (source, target) = (Physical(tenantId, StoragePath.NormalizeFile(from)), Physical(tenantId, StoragePath.NormalizeFile(to)));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Directory.Exists(source))
        {
            Directory.Move(source, target);
        }
        else if (File.Exists(source))
        {
            File.Move(source, target, overwrite: true);
            if (File.Exists(source + MetadataSuffix))
            {
                File.Move(source + MetadataSuffix, target + MetadataSuffix, overwrite: true);
            }
            else
            {
                File.Delete(target + MetadataSuffix);
            }
        }
        else
        {
            throw NotFound(from);
        }

        return Task.CompletedTask;
    }

    // The new file stands beside the old one until it is whole and on the disk; then it takes its place at once.
    private static async Task WriteAsync(string file, Stream content, CancellationToken cancellationToken)
    {
        var part = $"{file}.{Path.GetRandomFileName()}{PartSuffix}";
        try
        {
            await using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(stream, cancellationToken);
                await stream.FlushAsync(cancellationToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, file, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private static OrderedDictionary<string, string> Metadata(string file)
    {
        var metadata = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(file + MetadataSuffix) && IonText.Read(File.ReadAllText(file + MetadataSuffix)) is IReadOnlyDictionary<string, object?> map)
        {
            foreach (var (key, value) in map)
            {
                metadata[key] = value?.ToString() ?? "";
            }
        }

        return metadata;
    }

    private ObjectAttributes Attributes(string tenantId, string path)
    {
        var file = Physical(tenantId, path);
        var normal = StoragePath.Normalize(path);
        if (Directory.Exists(file))
        {
            var folder = new DirectoryInfo(file);
            return new ObjectAttributes(normal, folder.Name, true, 0, Of(folder.LastWriteTimeUtc), Of(folder.CreationTimeUtc), new OrderedDictionary<string, string>());
        }

        var info = new FileInfo(file);
        return info.Exists
            ? new ObjectAttributes(normal, info.Name, false, info.Length, Of(info.LastWriteTimeUtc), Of(info.CreationTimeUtc), Metadata(file))
            : throw NotFound(path);
    }

    private string Physical(string tenantId, string path)
    {
        var tenantRoot = Path.Combine(root, StoragePath.Tenant(tenantId));
        var full = Path.GetFullPath(Path.Join(tenantRoot, StoragePath.Normalize(path)));
        return full == tenantRoot || full.StartsWith(tenantRoot + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new ArgumentException("Path must not contain '../'", nameof(path));
    }

    private static bool IsHidden(string file) => file.EndsWith(MetadataSuffix, StringComparison.Ordinal) || file.EndsWith(PartSuffix, StringComparison.Ordinal);

    private static FileNotFoundException NotFound(string path) => new($"{path} (File not found)", path);

    private static Instant Of(DateTime utc) => Instant.FromDateTimeUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
}
