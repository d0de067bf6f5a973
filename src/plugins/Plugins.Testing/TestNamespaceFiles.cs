using System.Runtime.CompilerServices;

namespace Kestra.Plugins.Testing;

/// <summary>Files of a namespace within the storage of a test.</summary>
internal sealed class TestNamespaceFiles(TestStorage storage, string @namespace) : INamespaceFiles
{
    private readonly string root = $"kestra:///{@namespace.Replace('.', '/')}/_files";

    public string Namespace => @namespace;

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var address in storage.ListAsync(root, cancellationToken))
        {
            yield return address[root.Length..];
        }
    }

    public Task<Stream> OpenAsync(string path, CancellationToken cancellationToken) => storage.OpenAsync(AddressOf(path), cancellationToken);

    public Task<bool> ExistsAsync(string path, CancellationToken cancellationToken) => storage.ExistsAsync(AddressOf(path), cancellationToken);

    public Task<string> PutAsync(string path, Stream content, CancellationToken cancellationToken) => storage.PutAtAsync(AddressOf(path), content, cancellationToken);

    public Task<bool> DeleteAsync(string path, CancellationToken cancellationToken) => storage.DeleteAsync(AddressOf(path), cancellationToken);

    // Folders are only the paths of their files here: an empty one is gone already.
    public Task<bool> DeleteEmptyFolderAsync(string path, CancellationToken cancellationToken) =>
        Task.FromResult(!storage.Addresses.Any(address => address.StartsWith(AddressOf(path) + "/", StringComparison.Ordinal)));

    private string AddressOf(string path) => $"{root}/{path.TrimStart('/')}";
}
