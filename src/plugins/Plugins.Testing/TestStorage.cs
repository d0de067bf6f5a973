using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using NodaTime;

namespace Kestra.Plugins.Testing;

/// <summary>Internal storage in memory.</summary>
public sealed class TestStorage : IRunStorage
{
    private const string Folder = "kestra:///company/team/flow/executions/execution/tasks/task/run/";

    private readonly TestRunContext context;
    private readonly ConcurrentDictionary<string, byte[]> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (byte[] Content, Instant Stored)> caches = new(StringComparer.Ordinal);
    private int number;

    internal TestStorage(TestRunContext context) => this.context = context;

    /// <summary>Addresses of all files, ordered.</summary>
    public IEnumerable<string> Addresses => files.Keys.Order(StringComparer.Ordinal);

    /// <summary>Puts a text at an address, or at a new one.</summary>
    /// <returns>The address.</returns>
    public string Put(string text, string? address = null)
    {
        var at = address ?? Folder + NextName(".txt");
        files[at] = Encoding.UTF8.GetBytes(text);
        return at;
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public string Text(string address) => Encoding.UTF8.GetString(Bytes(address));

    public byte[] Bytes(string address) => files.TryGetValue(address, out var content) ? content : throw new FileNotFoundException($"No file at {address}");

    public Task<Stream> OpenAsync(string uri, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(Bytes(uri), writable: false));

    public async Task<string> PutFileAsync(string localPath, string? name = null, CancellationToken cancellationToken = default)
    {
        await using var content = File.OpenRead(localPath);
        return await PutAsync(content, name ?? NextName(Path.GetExtension(localPath)), cancellationToken);
    }

    public Task<string> PutAsync(Stream content, string name, CancellationToken cancellationToken = default) => PutAtAsync(Folder + name, content, cancellationToken);

    public Task<long> SizeAsync(string uri, CancellationToken cancellationToken) => Task.FromResult((long)Bytes(uri).Length);

    public Task<bool> ExistsAsync(string uri, CancellationToken cancellationToken) => Task.FromResult(files.ContainsKey(uri));

    public Task<bool> DeleteAsync(string uri, CancellationToken cancellationToken) => Task.FromResult(files.TryRemove(uri, out _));

    public Task<IReadOnlyList<string>> DeleteExecutionFilesAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> gone = [.. Addresses.Where(static address => address.StartsWith(Folder, StringComparison.Ordinal))];
        foreach (var address in gone)
        {
            files.TryRemove(address, out _);
        }

        return Task.FromResult(gone);
    }

    public async IAsyncEnumerable<string> ListAsync(string uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var address in Addresses.Where(address => address.StartsWith(uri.TrimEnd('/') + "/", StringComparison.Ordinal)))
        {
            await Task.CompletedTask;
            yield return address;
        }
    }

    public Task<(Stream Content, Instant Stored)?> OpenCacheAsync(string cacheId, string? objectId, CancellationToken cancellationToken) =>
        Task.FromResult<(Stream, Instant)?>(caches.TryGetValue($"{cacheId}/{objectId}", out var cache) ? (new MemoryStream(cache.Content, writable: false), cache.Stored) : null);

    public async Task<string> PutCacheAsync(string cacheId, string? objectId, Stream content, CancellationToken cancellationToken)
    {
        caches[$"{cacheId}/{objectId}"] = (await BytesOfAsync(content, cancellationToken), ((IRunContext)context).Now);
        return $"kestra:///company/team/flow/{cacheId}/cache/cache.zip";
    }

    internal async Task<string> PutAtAsync(string address, Stream content, CancellationToken cancellationToken)
    {
        files[address] = await BytesOfAsync(content, cancellationToken);
        return address;
    }

    private string NextName(string extension) => Interlocked.Increment(ref number).ToString("D6", CultureInfo.InvariantCulture) + extension;

    private static async Task<byte[]> BytesOfAsync(Stream content, CancellationToken cancellationToken)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, cancellationToken);
        return memory.ToArray();
    }
}
