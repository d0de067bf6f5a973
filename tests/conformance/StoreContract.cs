using Kestra.Conformance.Beds;
using Kestra.Storage;

namespace Kestra.Conformance;

/// <summary>A test of a store on a bed of its own.</summary>
public abstract class StoreContract<TBed> : IAsyncLifetime
    where TBed : StoreBed, new()
{
    protected TBed Bed { get; } = new();

    protected IStore Store { get; private set; } = null!;

    protected string Tenant => Bed.Tenant;

    protected static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        Store = await Bed.OpenAsync();
        await PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Bed.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;
}
