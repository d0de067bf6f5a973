using System.Globalization;
using System.Security.Cryptography;
using Kestra.Model.Identifiers;
using Kestra.Plugins;
using Kestra.Storage.Objects;
using Kestra.Worker.Logs;
using NodaTime;

namespace Kestra.Worker.Running;

/// <summary>Internal storage as one run may use it: files of executions of its own namespace tree, files of namespaces, and allowed local files.</summary>
internal sealed class RunStorage(RunIdentity run, IObjectStorage objects, IReadOnlyList<string> allowedPaths) : IRunStorage
{
    public async Task<Stream> OpenAsync(string uri, CancellationToken cancellationToken)
    {
        if (uri.StartsWith("file://", StringComparison.Ordinal))
        {
            return OpenLocal(uri);
        }

        return (await objects.OpenAsync(run.TenantId, PathOf(uri), cancellationToken)).Content;
    }

    public async Task<string> PutFileAsync(string localPath, string? name = null, CancellationToken cancellationToken = default)
    {
        await using var content = new FileStream(localPath, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await PutAsync(content, name ?? RandomName(Path.GetExtension(localPath) is { Length: > 0 } extension ? extension : ".tmp"), cancellationToken);
    }

    public Task<string> PutAsync(Stream content, string name, CancellationToken cancellationToken = default) =>
        objects.PutAsync(run.TenantId, $"{Folder}/{name}", content, null, cancellationToken);

    public async Task<long> SizeAsync(string uri, CancellationToken cancellationToken) => (await objects.AttributesAsync(run.TenantId, PathOf(uri), cancellationToken)).Size;

    public Task<bool> ExistsAsync(string uri, CancellationToken cancellationToken) => objects.ExistsAsync(run.TenantId, PathOf(uri), cancellationToken);

    public Task<bool> DeleteAsync(string uri, CancellationToken cancellationToken) => objects.DeleteAsync(run.TenantId, PathOf(uri), cancellationToken);

    public async Task<IReadOnlyList<string>> DeleteExecutionFilesAsync(CancellationToken cancellationToken)
    {
        if (run.ExecutionId is not { } execution)
        {
            return [];
        }

        var paths = await objects.DeletePrefixAsync(run.TenantId, StoragePaths.Execution(run.Namespace, run.FlowId, execution), cancellationToken);
        return [.. paths.Select(StorageUri.Of)];
    }

    public async IAsyncEnumerable<string> ListAsync(string uri, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folder = PathOf(uri);
        if (!await objects.ExistsAsync(run.TenantId, folder, cancellationToken))
        {
            yield break;
        }

        await foreach (var path in objects.ListAllAsync(run.TenantId, folder, cancellationToken))
        {
            yield return StorageUri.Of(path);
        }
    }

    public async Task<(Stream Content, Instant Stored)?> OpenCacheAsync(string cacheId, string? objectId, CancellationToken cancellationToken)
    {
        var path = CachePath(cacheId, objectId);
        if (!await objects.ExistsAsync(run.TenantId, path, cancellationToken))
        {
            return null;
        }

        var attributes = await objects.AttributesAsync(run.TenantId, path, cancellationToken);
        return ((await objects.OpenAsync(run.TenantId, path, cancellationToken)).Content, attributes.LastModified);
    }

    public Task<string> PutCacheAsync(string cacheId, string? objectId, Stream content, CancellationToken cancellationToken) =>
        objects.PutAsync(run.TenantId, CachePath(cacheId, objectId), content, null, cancellationToken);

    private string CachePath(string cacheId, string? objectId) =>
        $"{StoragePaths.Flow(run.Namespace, run.FlowId)}/{StoragePaths.Slug(cacheId)}/cache/{(objectId is null ? "" : DerivedId.Of(objectId) + "/")}cache.zip";

    private string Folder => run switch
    {
        { ExecutionId: { } execution, TaskRun: { } task } => StoragePaths.TaskRun(run.Namespace, run.FlowId, execution, task.TaskId, task.Id),
        { TriggerId: { } trigger } => StoragePaths.Trigger(run.Namespace, run.FlowId, run.ExecutionId ?? "none", trigger),
        _ => throw new InvalidOperationException("This run has no folder in internal storage."),
    };

    private string PathOf(string uri)
    {
        if (uri.StartsWith("nsfile://", StringComparison.Ordinal))
        {
            var rest = uri["nsfile://".Length..];
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            var @namespace = slash > 0 ? rest[..slash] : run.Namespace;
            return StoragePath.Normalize($"{StoragePaths.NamespaceFiles(@namespace)}/{(slash < 0 ? "" : rest[slash..])}");
        }

        return StorageUri.PathOf(uri);
    }

    private FileStream OpenLocal(string uri)
    {
        var path = Path.GetFullPath(new Uri(uri).LocalPath);
        return allowedPaths.Any(allowed => path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(allowed)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)
            : throw new UnauthorizedAccessException($"The path {path} is not authorized. Path must be allowed either globally inside the Kestra configuration using the `kestra.local-files.allowed-paths` property.");
    }

    // A random unsigned number of 64 bits, as Kestra names its files.
    private static string RandomName(string extension) =>
        BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))).ToString(CultureInfo.InvariantCulture) + extension;
}
