using Kestra.Storage;
using Kestra.Storage.Memory;

namespace Kestra.Conformance.Beds;

public sealed class MemoryBed : StoreBed
{
    private readonly MemoryDatabase database = new();

    public override Task ExpireAsync(int partition)
    {
        Time.Now += TimeSpan.FromDays(1);
        return Task.CompletedTask;
    }

    protected override Task<IStore> CreateAsync() => Task.FromResult<IStore>(new MemoryStore(database, Time));
}
