namespace Kestra.Storage.Objects;

/// <summary>Internal storage: files by tenant and path. Paths start with <c>/</c> and use <c>/</c>; every path is checked by the one guard.</summary>
public interface IObjectStorage
{
    /// <exception cref="FileNotFoundException">No such file.</exception>
    Task<StoredObject> OpenAsync(string tenantId, string path, CancellationToken cancellationToken);

    /// <summary>Streams the content to its place; a reader sees the old file or the whole new one, never a part. Durable when it returns.</summary>
    Task<string> PutAsync(string tenantId, string path, Stream content, IReadOnlyDictionary<string, string>? metadata, CancellationToken cancellationToken);
    Task<bool> ExistsAsync(string tenantId, string path, CancellationToken cancellationToken);

    /// <exception cref="FileNotFoundException">No such file or folder.</exception>
    Task<ObjectAttributes> AttributesAsync(string tenantId, string path, CancellationToken cancellationToken);

    /// <summary>Direct children; metadata side files are hidden.</summary>
    Task<IReadOnlyList<ObjectAttributes>> ListAsync(string tenantId, string path, CancellationToken cancellationToken);

    /// <summary>All files below, as paths, at any depth.</summary>
    IAsyncEnumerable<string> ListAllAsync(string tenantId, string prefix, CancellationToken cancellationToken);
    Task<bool> DeleteAsync(string tenantId, string path, CancellationToken cancellationToken);

    /// <returns>The paths that were deleted.</returns>
    Task<IReadOnlyList<string>> DeletePrefixAsync(string tenantId, string prefix, CancellationToken cancellationToken);
    Task CreateFolderAsync(string tenantId, string path, CancellationToken cancellationToken);
    Task MoveAsync(string tenantId, string from, string to, CancellationToken cancellationToken);
}

public sealed record StoredObject(Stream Content, long Size, IReadOnlyDictionary<string, string> Metadata) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

public sealed record ObjectAttributes(string Path, string FileName, bool IsFolder, long Size, NodaTime.Instant LastModified, NodaTime.Instant Created, IReadOnlyDictionary<string, string> Metadata);
