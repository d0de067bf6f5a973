using Kestra.Conformance.Beds;
using Kestra.Executor;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Configuration;
using Kestra.Storage;
using Kestra.Storage.Memory;
using Kestra.Worker;
using Kestra.Worker.Claiming;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kestra.Scenarios;

/// <summary>Servers that share a database of several partitions, and their files.</summary>
internal sealed class ServerGroup : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly List<ScenarioServer> servers = [];
    private readonly Action<IServiceCollection>? replace;
    private readonly Func<ConfigurationBuilder, ConfigurationBuilder> database;

    private ServerGroup(Action<IServiceCollection>? replace, Func<ConfigurationBuilder, ConfigurationBuilder> database)
    {
        this.replace = replace;
        this.database = database;
    }

    public IReadOnlyList<ScenarioServer> Servers => servers;

    /// <summary>A group without servers on a store in memory, which has sixteen partitions.</summary>
    public static ServerGroup InMemory()
    {
        var shared = new MemoryDatabase(partitions: 16);
        return new ServerGroup(
            services =>
            {
                services.AddSingleton(new ExecutorIdentity(Guid.NewGuid().ToString()));
                services.AddSingleton<IStore>(provider => new MemoryStore(shared, provider.GetRequiredService<TimeProvider>()));
                services.AddKestraWorkerClaims(new ClaimOptions());
            },
            static builder => builder);
    }

    /// <summary>A group without servers on a PostgreSQL database of its own.</summary>
    /// <param name="configure">Further settings of all servers; null is none.</param>
    public static async Task<ServerGroup> OnPostgresAsync(Func<ConfigurationBuilder, ConfigurationBuilder>? configure = null)
    {
        var server = await PostgresServer.SharedAsync;
        var address = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        return new ServerGroup(null, builder => (configure?.Invoke(builder) ?? builder)
            .Force("kestra.repository.type", "postgres")
            .Force("kestra.queue.type", "postgres")
            .Force("datasources.postgres.url", $"jdbc:postgresql://{address.Host}:{address.Port}/{address.Database}")
            .Force("datasources.postgres.username", address.Username)
            .Force("datasources.postgres.password", "any"));
    }

    /// <summary>Adds a server and returns when the partitions are shared out again.</summary>
    /// <param name="workerGroup">Null is a worker without a group.</param>
    public async Task<ScenarioServer> AddAsync(CancellationToken cancellationToken, string? workerGroup = null)
    {
        var added = await ScenarioServer.StartAsync(
            replace, cancellationToken, folder: servers.FirstOrDefault()?.Folder, configure: builder => database(builder).Force("kestra.worker.group-key", workerGroup));
        servers.Add(added);
        await SharedOutAsync(servers, cancellationToken);
        return added;
    }

    /// <summary>Returns when every partition is owned and no server has more than its share.</summary>
    public static async Task SharedOutAsync(IReadOnlyCollection<ScenarioServer> servers, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience);
        var owned = servers.Select(static server => server.Services.GetRequiredService<OwnedPartitions>()).ToList();
        var (total, share) = (owned[0].Total, (owned[0].Total + owned.Count - 1) / owned.Count);
        while (owned.Sum(static one => one.Count) != total || owned.Exists(one => one.Count > share))
        {
            if (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"Of {total} partitions the servers have {string.Join(", ", owned.Select(static one => one.Count))}.");
            }

            await Task.Delay(20, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The first one owns the folder.
        foreach (var server in Enumerable.Reverse(servers))
        {
            await server.DisposeAsync();
        }
    }
}
