using System.Runtime.CompilerServices;
using Kestra.Storage.Objects;
using NodaTime;

namespace Kestra.Storage.Memory;

/// <summary>The reference of internal storage, for tests.</summary>
public sealed class MemoryObjectStorage(TimeProvider time) : IObjectStorage
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, SortedDictionary<string, Node>> tenants = new(StringComparer.Ordinal);

    public Task<StoredObject> OpenAsync(string tenantId, string path, CancellationToken cancellationToken) => Do(() =>
    {
        var node = Of(tenantId).GetValueOrDefault(StoragePath.Normalize(path));
        return node?.Content is { } content ? new StoredObject(new MemoryStream(content, writable: false), content.Length, node.Metadata) : throw NotFound(path);
    });

    public async Task<string> PutAsync(string tenantId, string path, Stream content, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        var file = StoragePath.NormalizeFile(path);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancellationToken);
        return await Do(() =>
        {
            var nodes = Of(tenantId);
            if (nodes.TryGetValue(file, out var old) && old.Content is null)
            {
                throw new IOException($"{path} is a folder");
            }

            AddFolder(nodes, Parent(file));
            nodes[file] = new Node(bytes.ToArray(), new OrderedDictionary<string, string>(metadata ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal), old?.Created ?? Now, Now);
            return StorageUri.Of(file);
        });
    }

    public Task<bool> ExistsAsync(string tenantId, string path, CancellationToken cancellationToken) => Do(() => Of(tenantId).ContainsKey(StoragePath.Normalize(path)));

    public Task<ObjectAttributes> AttributesAsync(string tenantId, string path, CancellationToken cancellationToken) => Do(() =>
    {
        var normal = StoragePath.Normalize(path);
        return Of(tenantId).TryGetValue(normal, out var node) ? Attributes(normal, node) : throw NotFound(path);
    });

    public Task<IReadOnlyList<ObjectAttributes>> ListAsync(string tenantId, string path, CancellationToken cancellationToken) => Do<IReadOnlyList<ObjectAttributes>>(() =>
    {
        var folder = StoragePath.Normalize(path);
        var nodes = Of(tenantId);
        return nodes.TryGetValue(folder, out var node) && node.Content is null
            ? [.. nodes.Where(pair => pair.Key != "/" && Parent(pair.Key) == folder).Select(pair => Attributes(pair.Key, pair.Value))]
            : throw NotFound(path);
    });

    public async IAsyncEnumerable<string> ListAllAsync(string tenantId, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var files = await Do(() => Below(Of(tenantId), StoragePath.Normalize(prefix)).Where(static pair => pair.Value.Content is not null).Select(static pair => pair.Key).ToList());
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return file;
        }
    }

    public Task<bool> DeleteAsync(string tenantId, string path, CancellationToken cancellationToken) => Do(() => Remove(Of(tenantId), StoragePath.NormalizeFile(path)));

    public Task<IReadOnlyList<string>> DeletePrefixAsync(string tenantId, string prefix, CancellationToken cancellationToken) => Do<IReadOnlyList<string>>(() =>
    {
        var folder = StoragePath.NormalizeFile(prefix);
        var nodes = Of(tenantId);
        var files = Below(nodes, folder).Where(static pair => pair.Value.Content is not null).Select(static pair => pair.Key).ToList();
        if (nodes.TryGetValue(folder, out var node) && node.Content is null)
        {
            Remove(nodes, folder);
        }

        return files;
    });

    public Task CreateFolderAsync(string tenantId, string path, CancellationToken cancellationToken) => Do<object?>(() =>
    {
        AddFolder(Of(tenantId), StoragePath.Normalize(path));
        return null;
    });

    public Task MoveAsync(string tenantId, string from, string to, CancellationToken cancellationToken) => Do<object?>(() =>
    {
        var (source, target) = (StoragePath.NormalizeFile(from), StoragePath.NormalizeFile(to));
        var nodes = Of(tenantId);
        var moved = nodes.TryGetValue(source, out var node) ? node : throw NotFound(from);
        if (moved.Content is null && (nodes.ContainsKey(target) || target.StartsWith(source + "/", StringComparison.Ordinal)))
        {
            throw new IOException($"{from} can't be moved to {to}");
        }

        AddFolder(nodes, Parent(target));
        var inside = Below(nodes, source).ToList();
        Remove(nodes, source);
        nodes[target] = moved;
        foreach (var (path, below) in inside)
        {
            nodes[target + path[source.Length..]] = below;
        }

        return null;
    });

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private Task<T> Do<T>(Func<T> work)
    {
        try
        {
            lock (gate)
            {
                return Task.FromResult(work());
            }
        }
        catch (Exception fault)
        {
            return Task.FromException<T>(fault);
        }
    }

    private SortedDictionary<string, Node> Of(string tenantId)
    {
        var tenant = StoragePath.Tenant(tenantId);
        if (!tenants.TryGetValue(tenant, out var nodes))
        {
            tenants[tenant] = nodes = new SortedDictionary<string, Node>(StringComparer.Ordinal);
        }

        return nodes;
    }

    private void AddFolder(SortedDictionary<string, Node> nodes, string path)
    {
        for (var folder = path; !nodes.ContainsKey(folder); folder = Parent(folder))
        {
            nodes[folder] = new Node(null, new OrderedDictionary<string, string>(StringComparer.Ordinal), Now, Now);
        }

        if (nodes[path].Content is not null)
        {
            throw new IOException($"{path} is a file");
        }
    }

    private static bool Remove(SortedDictionary<string, Node> nodes, string path)
    {
        foreach (var inside in Below(nodes, path).Select(static pair => pair.Key).ToList())
        {
            nodes.Remove(inside);
        }

        return nodes.Remove(path);
    }

    private static IEnumerable<KeyValuePair<string, Node>> Below(SortedDictionary<string, Node> nodes, string path) =>
        nodes.Where(pair => pair.Key != "/" && pair.Key.StartsWith(path == "/" ? "/" : path + "/", StringComparison.Ordinal));

    private static string Parent(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static ObjectAttributes Attributes(string path, Node node) =>
        new(path, path[(path.LastIndexOf('/') + 1)..], node.Content is null, node.Content?.Length ?? 0, node.Modified, node.Created, node.Metadata);

    private static FileNotFoundException NotFound(string path) => new($"{path} (File not found)", path);

    /// <param name="Content">Null for a folder.</param>
    private sealed record Node(byte[]? Content, OrderedDictionary<string, string> Metadata, Instant Created, Instant Modified);
}
