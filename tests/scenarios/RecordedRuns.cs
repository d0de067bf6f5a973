using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Kestra.Executor;
using Kestra.Storage;
using Kestra.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>All recorded cases on one server. They mostly wait, so they run beside each other and every test takes its own outcome.</summary>
public abstract class RecordedRuns : IAsyncLifetime
{
    private const int AtOnce = 48;

    private readonly ConcurrentDictionary<string, Task<JsonObject>> runs = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim places = new(AtOnce);
    private readonly CancellationTokenSource stopping = new();
    private readonly List<ScenarioServer> others = [];
    private readonly UnhurriedTime time = new();
    private ScenarioServer? server;

    public async ValueTask InitializeAsync()
    {
        server = await ScenarioServer.StartAsync(Prepare, CancellationToken.None);
        for (var further = 1; further < Servers; further++)
        {
            others.Add(await ScenarioServer.StartAsync(Prepare, CancellationToken.None, folder: server.Folder));
        }

        await ServerGroup.SharedOutAsync([server, .. others], CancellationToken.None);
        foreach (var recording in Recordings)
        {
            runs[recording.Name] = Task.Run(() => RunAsync(recording));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        foreach (var other in others)
        {
            await other.DisposeAsync();
        }

        if (server is not null)
        {
            await server.DisposeAsync();
        }

        await time.DisposeAsync();
        stopping.Dispose();
        places.Dispose();
        GC.SuppressFinalize(this);
    }

    internal Task<JsonObject> OfAsync(string name) => runs[name];

    /// <summary>The store to run on; null is the embedded database.</summary>
    protected abstract Action<IServiceCollection>? Replace { get; }

    /// <summary>Servers that share the store; all is asked of the first.</summary>
    protected virtual int Servers => 1;

    /// <summary>What to run.</summary>
    internal virtual IEnumerable<Recording> Recordings => Recording.Names.Select(Recording.Read);

    private void Prepare(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(time);
        Replace?.Invoke(services);
    }

    private async Task<JsonObject> RunAsync(Recording recording)
    {
        await places.WaitAsync(stopping.Token);
        try
        {
            return await new ScenarioDriver(server!, recording).RunAsync(stopping.Token);
        }
        finally
        {
            places.Release();
        }
    }
}

public class RunsInMemory : RecordedRuns
{
    protected override Action<IServiceCollection>? Replace => services =>
        services.AddSingleton<IStore>(provider => new MemoryStore(new MemoryDatabase(), provider.GetRequiredService<TimeProvider>()));
}

public sealed class RunsOnSqlite : RecordedRuns
{
    protected override Action<IServiceCollection>? Replace => null;
}

/// <summary>Two servers that share sixteen partitions, so that callers, parents and children are often on different ones.</summary>
public sealed class RunsOnTwoServers : RecordedRuns
{
    private readonly MemoryDatabase database = new(partitions: 16);

    protected override int Servers => 2;

    protected override Action<IServiceCollection>? Replace => services =>
    {
        services.AddSingleton(new ExecutorIdentity(Guid.NewGuid().ToString()));
        services.AddSingleton<IStore>(provider => new MemoryStore(database, provider.GetRequiredService<TimeProvider>()));
    };
}
