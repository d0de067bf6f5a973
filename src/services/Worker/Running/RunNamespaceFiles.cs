using Kestra.Plugins;
using Kestra.Storage.Objects;

namespace Kestra.Worker.Running;

/// <summary>The files of one namespace in internal storage.</summary>
internal sealed class RunNamespaceFiles(IObjectStorage objects, string tenantId, string @namespace) : INamespaceFiles
{
    private readonly string root = StoragePaths.NamespaceFiles(@namespace);

    public string Namespace => @namespace;

    public async IAsyncEnumerable<string> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await objects.ExistsAsync(tenantId, root, cancellationToken))
        {
            yield break;
        }

        var paths = new List<string>();
        await foreach (var path in objects.ListAllAsync(tenantId, root, cancellationToken))
        {
            paths.Add(path[root.Length..]);
        }

        paths.Sort(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            yield return path;
        }
    }

    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken) => (await objects.OpenAsync(tenantId, PathOf(path), cancellationToken)).Content;

    public Task<bool> ExistsAsync(string path, CancellationToken cancellationToken) => objects.ExistsAsync(tenantId, PathOf(path), cancellationToken);

    public Task<string> PutAsync(string path, Stream content, CancellationToken cancellationToken) => objects.PutAsync(tenantId, PathOf(path), content, null, cancellationToken);

    public Task<bool> DeleteAsync(string path, CancellationToken cancellationToken) => objects.DeleteAsync(tenantId, PathOf(path), cancellationToken);

    public async Task<bool> DeleteEmptyFolderAsync(string path, CancellationToken cancellationToken)
    {
        var folder = PathOf(path);
        return folder != root && await objects.ExistsAsync(tenantId, folder, cancellationToken)
            && (await objects.ListAsync(tenantId, folder, cancellationToken)).Count == 0
            && await objects.DeleteAsync(tenantId, folder, cancellationToken);
    }

    private string PathOf(string path) => root + StoragePath.Normalize(path);
}
