using Kestra.Storage;
using Kestra.Storage.Sqlite;

namespace Kestra.Conformance.Beds;

public sealed class SqliteBed : StoreBed
{
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-conformance-").FullName;

    public override Task ExpireAsync(int partition)
    {
        Time.Now += TimeSpan.FromDays(1);
        return Task.CompletedTask;
    }

    protected override Task<IStore> CreateAsync() =>
        Task.FromResult<IStore>(new SqliteStore(new SqliteOptions { Path = Path.Combine(folder, "kestra.db"), Synchronous = false }, Time));

    protected override Task CleanAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}
