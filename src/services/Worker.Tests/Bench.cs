using System.Collections.Concurrent;
using System.Threading.Channels;
using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Hosting.KeyValues;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Tasks;
using Kestra.Storage.Memory;
using Kestra.Worker.Jobs;
using Kestra.Worker.Logs;
using Kestra.Worker.Running;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Kestra.Worker.Tests;

/// <summary>A worker with lanes that a test holds in its hands.</summary>
internal sealed class Bench : IWorkerJobSource, IExecutionCommands, ILogSink, IAsyncDisposable
{
    public const string ExecutionId = "execution";

    private readonly Channel<WorkerJob> jobs = Channel.CreateUnbounded<WorkerJob>();
    private readonly Channel<Command> commands = Channel.CreateUnbounded<Command>();
    private readonly PluginCatalog catalog = new(typeof(Plugins.Core.CorePluginTable).Assembly);
    private readonly ExpressionEngine expressions = new();
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-worker-").FullName;
    private readonly WorkerService service;
    private readonly WorkerSlots slots;
    private readonly WorkerMetrics metrics;
    private Action<KillRequest>? kill;

    public Bench(Action<WorkerOptions>? configure = null)
    {
        var options = new WorkerOptions { Threads = 4, WorkingFolder = folder, StartedAfter = TimeSpan.FromMinutes(10), CancellationGracePeriod = TimeSpan.FromMilliseconds(200) };
        configure?.Invoke(options);
        var objects = Objects;
        var services = new RunServices
        {
            Expressions = expressions,
            ExpressionHost = static (_, _, _, _, _) => null!,
            Objects = objects,
            KeyValues = (tenantId, @namespace) => new NamespaceKeyValues(objects, tenantId, @namespace, TimeProvider.System),
            PluginServices = new NoServices(),
            Time = TimeProvider.System,
            Ids = new RandomIdSource(),
        };
        (Options, Services) = (options, services);
        var masks = new RunMasks();
        var identity = new WorkerIdentity("worker");
        metrics = new WorkerMetrics(options);
        var limit = new ResultLimit(options, identity, metrics);
        var attempts = new AttemptRunner(services, this, options, masks, limit);
        var directories = new WorkingDirectoryRunner(attempts, services, this, options, masks, this, identity, limit);
        var sources = new JobSources([this]);
        Runner = new JobRunner(attempts, directories, masks, services, this, sources, options, identity, metrics, NullLogger<JobRunner>.Instance);
        slots = new WorkerSlots(options);
        service = new WorkerService(sources, Runner, slots, options, TimeProvider.System, Standing, NullLogger<WorkerService>.Instance);
    }

    public MemoryObjectStorage Objects { get; } = new(TimeProvider.System);

    public JobRunner Runner { get; }

    public WorkerStanding Standing { get; } = new();

    public WorkerOptions Options { get; }

    public RunServices Services { get; }

    public string Folder => folder;

    public ConcurrentQueue<LogEntry> Logs { get; } = [];

    public ConcurrentQueue<MetricEntry> Metrics { get; } = [];

    /// <summary>Jobs that were answered and may be forgotten.</summary>
    public ConcurrentQueue<string> Forgotten { get; } = [];

    public Task StartAsync() => service.StartAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => service.StopAsync(TestContext.Current.CancellationToken);

    public Task SendAsync(ITask plugin, string taskRunId = "run", Func<TaskDefinition, TaskDefinition>? change = null)
    {
        var definition = new TaskDefinition { Id = "task", Type = "test", Properties = new OrderedDictionary<string, object?>() };
        return DispatchAsync(Job(change?.Invoke(definition) ?? definition, plugin, taskRunId), TestContext.Current.CancellationToken).AsTask();
    }

    /// <summary>Sends a task as a flow would declare it.</summary>
    public Task SendAsync(TaskDefinition definition) => DispatchAsync(Job(definition, catalog.CreateTask(definition), "run"), TestContext.Current.CancellationToken).AsTask();

    public async Task<T> NextAsync<T>()
        where T : Command
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (await commands.Reader.ReadAsync(limit.Token) is T command)
            {
                return command;
            }
        }
    }

    public IReadOnlyList<Command> Posted()
    {
        var posted = new List<Command>();
        while (commands.Reader.TryRead(out var command))
        {
            posted.Add(command);
        }

        return posted;
    }

    public void Kill(string tenantId, string executionId, string? taskRunId) => kill?.Invoke(new KillRequest(tenantId, executionId, taskRunId));

    public ValueTask DispatchAsync(WorkerJob job, CancellationToken cancellationToken) => jobs.Writer.WriteAsync(job, cancellationToken);

    public IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, CancellationToken cancellationToken) => jobs.Reader.ReadAllAsync(cancellationToken);

    public void Done(WorkerJob job) => Forgotten.Enqueue(job.TaskRun.Id);

    public IDisposable SubscribeKills(Action<KillRequest> handler)
    {
        kill = handler;
        return new CancellationTokenSource();
    }

    public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => commands.Writer.WriteAsync(request.Command, cancellationToken);

    public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        Logs.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken)
    {
        Metrics.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    // The buffer is full: every entry takes the way that waits.
    public bool TryWrite(LogEntry entry) => false;

    public bool TryWrite(MetricEntry entry) => false;

    public async ValueTask DisposeAsync()
    {
        metrics.Dispose();
        Runner.StopAll();
        await service.StopAsync(CancellationToken.None);
        service.Dispose();
        slots.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private WorkerJob Job(TaskDefinition definition, ITask plugin, string taskRunId)
    {
        var flow = new Flow { Namespace = "company.team", Id = "flow", Revision = 1, Tasks = definition.Type == "test" ? [] : [definition] };
        var environment = new EngineEnvironment { Expressions = expressions, Catalog = catalog };
        return new WorkerJob
        {
            TenantId = "main",
            Namespace = flow.Namespace,
            FlowId = flow.Id,
            FlowRevision = 1,
            ExecutionId = ExecutionId,
            TaskRun = new TaskRun
            {
                TenantId = "main",
                Id = taskRunId,
                ExecutionId = ExecutionId,
                Namespace = flow.Namespace,
                FlowId = flow.Id,
                TaskId = definition.Id,
                State = State.Created(Instant.FromUnixTimeSeconds(0)),
            },
            Attempt = 0,
            Task = definition,
            Plugin = plugin,
            Program = FlowProgram.Compile(flow, environment),
            Variables = new OrderedDictionary<string, object?> { ["flow"] = new OrderedDictionary<string, object?> { ["id"] = flow.Id, ["namespace"] = flow.Namespace } },
        };
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

/// <summary>A task that does what the test says.</summary>
internal sealed class Work(Func<Plugins.IRunContext, CancellationToken, Task<TaskResult>> work) : IRunnableTask
{
    public Task<TaskResult> RunAsync(Plugins.IRunContext context, CancellationToken cancellationToken) => work(context, cancellationToken);
}
