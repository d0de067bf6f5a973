using System.Collections.Concurrent;
using Kestra.Expressions;
using Kestra.Hosting.KeyValues;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;
using Kestra.Storage.Memory;
using Kestra.Worker.Claiming;
using Kestra.Worker.Jobs;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kestra.Worker.Tests.Claiming;

/// <summary>A worker of a process without an executor.</summary>
internal sealed class ClaimingWorker : ILogSink, IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-claims-").FullName;
    private readonly WorkerMetrics metrics;
    private readonly WorkerService service;
    private readonly WorkerStanding standing = new();

    public ClaimingWorker(TableExecutor executor, TimeProvider time, string id = "worker", int threads = 4, IWorkerJobStore? store = null, IExecutionJournal? journal = null, Action<ClaimOptions>? configure = null)
    {
        var options = new WorkerOptions { Threads = threads, WorkingFolder = folder, StartedAfter = TimeSpan.FromMinutes(10), CancellationGracePeriod = TimeSpan.FromMilliseconds(200), TerminationGracePeriod = TimeSpan.FromSeconds(10) };
        var claimOptions = new ClaimOptions();
        configure?.Invoke(claimOptions);
        var objects = new MemoryObjectStorage(TimeProvider.System);
        var services = new RunServices
        {
            Expressions = new ExpressionEngine(),
            ExpressionHost = static (_, _, _, _, _) => null!,
            Objects = objects,
            KeyValues = (tenantId, @namespace) => new NamespaceKeyValues(objects, tenantId, @namespace, TimeProvider.System),
            PluginServices = new NoServices(),
            Time = TimeProvider.System,
            Ids = new RandomIdSource(),
        };
        var identity = new WorkerIdentity(id);
        Slots = new WorkerSlots(options);
        Rebuild = new JobFromStore(journal ?? executor.Store.Journal, executor.ProgramsOfAnotherProcess(), claimOptions);
        Claims = new ClaimedJobs(
            store ?? executor.Store.Jobs, Rebuild, new ClaimAnswers(executor, this, identity, time), identity, Slots, claimOptions, time, NullLogger<ClaimedJobs>.Instance);
        var sources = new JobSources([Claims]);
        var masks = new RunMasks();
        metrics = new WorkerMetrics(options);
        var limit = new ResultLimit(options, identity, metrics);
        var attempts = new AttemptRunner(services, this, options, masks, limit);
        Runner = new JobRunner(attempts, new WorkingDirectoryRunner(attempts, services, this, options, masks, executor, identity, limit), masks, services, executor, sources, options, identity, metrics, NullLogger<JobRunner>.Instance);
        service = new WorkerService(sources, Runner, Slots, options, TimeProvider.System, standing, NullLogger<WorkerService>.Instance);
        Watch = new ClaimWatch([Claims], executor.Store.JobHints, claimOptions, time, NullLogger<ClaimWatch>.Instance);
    }

    public WorkerSlots Slots { get; }

    public JobFromStore Rebuild { get; }

    public ClaimedJobs Claims { get; }

    public ClaimWatch Watch { get; }

    public JobRunner Runner { get; }

    public ConcurrentQueue<LogEntry> Logs { get; } = [];

    public async Task StartAsync()
    {
        await Watch.StartAsync(CancellationToken.None);
        await service.StartAsync(CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await service.StopAsync(CancellationToken.None);
        await Watch.StopAsync(CancellationToken.None);
    }

    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        Logs.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public bool TryWrite(LogEntry entry)
    {
        Logs.Enqueue(entry);
        return true;
    }

    public bool TryWrite(MetricEntry entry) => true;

    public async ValueTask DisposeAsync()
    {
        Runner.StopAll();
        await StopAsync();
        service.Dispose();
        Watch.Dispose();
        Claims.Dispose();
        Slots.Dispose();
        standing.Dispose();
        metrics.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
