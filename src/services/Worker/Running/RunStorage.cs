using Kestra.Plugins;
using Kestra.Storage.Objects;
using Kestra.Worker.Logs;

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
        return await PutAsync(content, name ?? RandomName(Path.GetExtension(localPath)), cancellationToken);
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

    private static string RandomName(string extension) =>
        System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue).ToString("0000000000", System.Globalization.CultureInfo.InvariantCulture)
        + System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue).ToString("0000000000", System.Globalization.CultureInfo.InvariantCulture) + extension;
}
