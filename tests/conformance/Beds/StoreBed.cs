using Kestra.Storage;

namespace Kestra.Conformance.Beds;

/// <summary>A database for one test, opened as often as the test wants. Tests keep apart by tenant and partition, so beds may share a database.</summary>
public abstract class StoreBed : IAsyncDisposable
{
    private static int lastPartition;

    private readonly List<IStore> opened = [];

    public ManualTime Time { get; } = new();

    /// <summary>A tenant that no other test uses.</summary>
    public string Tenant { get; } = "t" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>A partition that no other test uses.</summary>
    public int Partition { get; } = NextPartition();

    public static int NextPartition() => Interlocked.Increment(ref lastPartition);

    /// <summary>Opens the database as another process would.</summary>
    public async Task<IStore> OpenAsync()
    {
        var store = await CreateAsync();
        opened.Add(store);
        await store.MigrateAsync(CancellationToken.None);
        return store;
    }

    /// <summary>Lets the time of a partition's lease run out.</summary>
    public abstract Task ExpireAsync(int partition);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in opened)
        {
            await CloseAsync(store);
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IStore> CreateAsync();

    protected virtual ValueTask CloseAsync(IStore store) => store.DisposeAsync();

    protected virtual Task CleanAsync() => Task.CompletedTask;
}

/// <summary>A clock that stands still until it is set.</summary>
public sealed class ManualTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
