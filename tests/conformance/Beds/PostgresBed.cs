using System.Globalization;
using Kestra.Storage;
using Kestra.Storage.Postgres;

namespace Kestra.Conformance.Beds;

/// <summary>
/// All tests share one database: they keep apart by tenant and partition. They share the first store too, because connecting
/// takes longer than most of them; a second one is a process of its own.
/// </summary>
public sealed class PostgresBed : StoreBed
{
    private static readonly Lazy<Task<string>> Database = new(static async () => await (await PostgresServer.SharedAsync).CreateDatabaseAsync());
    private static readonly Lazy<Task<PostgresStore>> Shared = new(static async () => await OpenStoreAsync());

    private bool shared;

    public override async Task ExpireAsync(int partition) => await PostgresServer.ExecuteAsync(
        await Database.Value,
        string.Create(CultureInfo.InvariantCulture, $"UPDATE kestra_engine.lease SET expires = now() - interval '1 second' WHERE partition = {partition}"));

    protected override async Task<IStore> CreateAsync()
    {
        var first = !shared;
        shared = true;
        return first ? await Shared.Value : await OpenStoreAsync();
    }

    protected override async ValueTask CloseAsync(IStore store)
    {
        if (store != await Shared.Value)
        {
            await store.DisposeAsync();
        }
    }

    private static async Task<PostgresStore> OpenStoreAsync() => new(new PostgresOptions { ConnectionString = await Database.Value }, new ManualTime());
}
