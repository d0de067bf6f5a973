using System.Collections.Concurrent;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Kestra.Storage.Memory;
using Kestra.Storage.Queries;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Hosting.Tests.Liveness;

/// <summary>Processes on one database, on a clock of the test's.</summary>
internal sealed class Cluster : ILostWorkers, ILoggerProvider
{
    private readonly MemoryDatabase database = new();
    private readonly LoggerFactory loggers;

    public Cluster()
    {
        loggers = new LoggerFactory([this], new LoggerFilterOptions { MinLevel = LogLevel.Information });
        Repository = new FlakyRepository(new MemoryStore(database, Time).Services);
    }

    public ISettingRepository Settings => field ??= new MemoryStore(database, Time).Settings;

    public ManualTime Time { get; } = new();

    public FlakyRepository Repository { get; }

    public ConcurrentQueue<string> Lines { get; } = [];

    /// <summary>What was asked for of lost workers: <c>resubmit ID</c>, <c>fail ID</c>.</summary>
    public ConcurrentQueue<string> Cared { get; } = [];

    /// <summary>Executors that the database has lost.</summary>
    public HashSet<string> Gone { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether lost workers cannot be taken care of now.</summary>
    public bool IsCareBroken { get; set; }

    public TestServer Start(string id, ServerKind kind = ServerKind.SERVER, TaskRestartStrategy restart = TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, bool liveness = true) => new(
        this,
        new MemberServer(
            new ServerInstance(id, kind, "1.0.0", "host-" + id, new Dictionary<string, object?>(StringComparer.Ordinal), []),
            new ServiceSettings(
                ServiceConfig.Default with { Restart = restart, Liveness = ServiceConfig.Default.Liveness with { Enabled = liveness } },
                TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(30))));

    public ILogger<T> Logger<T>() => loggers.CreateLogger<T>();

    public async Task<ServiceState?> StateAsync(string id) => (await Repository.FindAsync(id, CancellationToken.None))?.State;

    public Task<int> ResubmitAsync(string workerId, CancellationToken cancellationToken) => CareAsync("resubmit " + workerId);

    public Task<int> FailAsync(string workerId, string reason, CancellationToken cancellationToken) => CareAsync("fail " + workerId);

    public ILogger CreateLogger(string categoryName) => new LineLogger(Lines);

    public void Dispose()
    {
    }

    private Task<int> CareAsync(string what)
    {
        Cared.Enqueue(what);
        return IsCareBroken ? Task.FromException<int>(new StoreUnavailableException("away", new IOException())) : Task.FromResult(1);
    }

    private sealed class LineLogger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));
    }
}

/// <summary>A process of the cluster with what liveness gives it.</summary>
internal sealed class TestServer
{
    private readonly Cluster cluster;

    public TestServer(Cluster cluster, MemberServer server)
    {
        this.cluster = cluster;
        Server = server;
        Reach = new FlakyRepository(cluster.Repository);
        Reporter = new ServiceReporter(Reach, server, Standing, Exit, cluster.Time, cluster.Logger<ServiceReporter>());
        Coordinator = new LivenessCoordinator(cluster.Repository, server, cluster.Time, cluster.Logger<LivenessCoordinator>(), cluster, _ => Task.FromResult<IReadOnlyList<string>>([.. cluster.Gone]));
    }

    public MemberServer Server { get; }

    /// <summary>The database as this process reaches it.</summary>
    public FlakyRepository Reach { get; }

    public WorkerStanding Standing { get; } = new();

    public ServerExit Exit { get; } = new();

    public ServiceReporter Reporter { get; }

    public LivenessCoordinator Coordinator { get; }

    public async Task<LocalService> AddAsync(ServiceType type, string id)
    {
        var service = new LocalService(type, id);
        await Reporter.RegisterAsync(service, CancellationToken.None);
        await Reporter.ReportAsync(service, ServiceState.RUNNING, null, CancellationToken.None);
        return service;
    }

    public ServiceLife Life(LocalService service, Func<Task>? ready = null) => new(service, Reporter, Standing, cluster.Time, cluster.Logger<ServiceLife>(), ready);

    public Task LookAsync() => Coordinator.LookAsync(CancellationToken.None);

    public Task BeatAsync(LocalService service) => Reporter.BeatAsync(service, CancellationToken.None);
}

/// <summary>A repository that can be away, or hang.</summary>
internal sealed class FlakyRepository(IServiceInstanceRepository inner) : IServiceInstanceRepository
{
    public bool IsAway { get; set; }

    public bool Hangs { get; set; }

    public Task<ServiceInstance?> FindAsync(string id, CancellationToken cancellationToken) => inner.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<ServiceInstance>> FindAllAsync(IReadOnlyCollection<ServiceState> states, CancellationToken cancellationToken) => inner.FindAllAsync(states, cancellationToken);

    public Task<Page<ServiceInstance>> SearchAsync(ServiceQuery query, PageRequest page, CancellationToken cancellationToken) => inner.SearchAsync(query, page, cancellationToken);

    public Task SaveAsync(ServiceInstance instance, CancellationToken cancellationToken) => inner.SaveAsync(instance, cancellationToken);

    // One that hangs does not even hear that nobody waits any more.
    public Task<ServiceTransition> TransitAsync(string id, ServiceSign sign, CancellationToken cancellationToken) =>
        Hangs ? new TaskCompletionSource<ServiceTransition>().Task
        : IsAway ? Task.FromException<ServiceTransition>(new StoreUnavailableException("The database is away.", new IOException()))
        : inner.TransitAsync(id, sign, cancellationToken);

    public Task<bool> HoldAsync(string id, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken) => inner.HoldAsync(id, work, cancellationToken);

    public Task<bool> DeleteAsync(string id, CancellationToken cancellationToken) => inner.DeleteAsync(id, cancellationToken);

    public Task<int> PurgeAsync(Instant before, int limit, CancellationToken cancellationToken) => inner.PurgeAsync(before, limit, cancellationToken);
}
