namespace Kestra.Plugins;

/// <summary>The files of one namespace. Paths begin with <c>/</c>; every path is checked to stay inside.</summary>
public interface INamespaceFiles
{
    string Namespace { get; }

    /// <summary>Every file, at any depth, in order.</summary>
    IAsyncEnumerable<string> ListAsync(CancellationToken cancellationToken);

    /// <exception cref="FileNotFoundException">No such file.</exception>
    Task<Stream> OpenAsync(string path, CancellationToken cancellationToken);
    Task<bool> ExistsAsync(string path, CancellationToken cancellationToken);

    /// <returns>The <c>kestra:///…</c> address.</returns>
    Task<string> PutAsync(string path, Stream content, CancellationToken cancellationToken);
    Task<bool> DeleteAsync(string path, CancellationToken cancellationToken);

    /// <summary>Deletes a folder that holds nothing any more.</summary>
    /// <returns>False when it is not empty, or is not there.</returns>
    Task<bool> DeleteEmptyFolderAsync(string path, CancellationToken cancellationToken);
}
