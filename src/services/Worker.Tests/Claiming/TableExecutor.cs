using System.Buffers;
using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Flows;
using Kestra.Hosting.Flows;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model.Executions;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Hosting;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Memory;
using NodaTime;

namespace Kestra.Worker.Tests.Claiming;

/// <summary>An executor of another process: it decides, and has every job done by workers that claim it.</summary>
internal sealed class TableExecutor : IExecutionCommands
{
    private readonly ExecutionDecider decider = new();
    private readonly RandomIdSource ids = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<string, Held> executions = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly EngineEnvironment environment;
    private readonly FlowReader reader;
    private PartitionLease lease = null!;

    public TableExecutor(TimeProvider time)
    {
        this.time = time;
        var catalog = new PluginCatalog(typeof(Plugins.Core.CorePluginTable).Assembly);
        Store = new MemoryStore(new MemoryDatabase(), time);
        environment = new EngineEnvironment { Expressions = new ExpressionEngine(), Catalog = catalog };
        reader = new FlowReader(catalog, []);
    }

    public MemoryStore Store { get; }

    /// <summary>Every job that was sent, as it was sent.</summary>
    public ConcurrentQueue<WorkerJob> Sent { get; } = [];

    /// <summary>Every result that came back.</summary>
    public ConcurrentQueue<Command.TaskResult> Results { get; } = [];

    /// <summary>Programs as another process compiles them for itself.</summary>
    public FlowPrograms ProgramsOfAnotherProcess() => new(Store.Flows, new StoredFlows(reader).Read, flow => FlowProgram.Compile(flow, environment), 100);

    /// <summary>Starts an execution of a flow that is given by its tasks.</summary>
    public async Task<string> StartAsync(string tasks)
    {
        lease = await Store.Journal.AcquireAsync(0, "executor", Duration.FromDays(1), CancellationToken.None) ?? throw new InvalidOperationException("The partition is not free");
        var source = $"id: flow\nnamespace: company.team\n{tasks}";
        var reading = reader.Read(source, "main");
        var flow = DefinitionReader.ReadFlow(reading.Raw ?? throw new InvalidOperationException(reading.Constraints), "main", []) with { Source = source };
        var saved = await Store.Flows.SaveAsync(
            new NewFlowRevision("main", flow.Namespace, flow.Id, Deleted: false, Disabled: false, [], source, revision => FlowJson.Document(flow with { Revision = revision }, reading.Raw)), null, CancellationToken.None);
        var id = ids.Next();
        await SubmitAsync(new ExecutionRequest("main", id, new Command.Create(NewExecution.Build(flow with { Revision = saved.Revision }, id, null, null, null, null, null, Now))), CancellationToken.None);
        return id;
    }

    /// <summary>The execution when it has ended.</summary>
    public Task<Execution> EndOfAsync(string id) => executions[id].End.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public Execution Find(string id) => executions[id].State.ToExecution();

    public async Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (request.Command is Command.TaskResult result)
            {
                Results.Enqueue(result);
            }

            if (request.Command is not Command.Create && !executions.ContainsKey(request.ExecutionId))
            {
                return new CommandOutcome.NotFound();
            }

            var following = new Queue<Command>([request.Command]);
            while (following.TryDequeue(out var command))
            {
                await DecideAsync(request.ExecutionId, command, following);
            }

            return new CommandOutcome.Accepted(Find(request.ExecutionId));
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => await SubmitAsync(request, cancellationToken);

    public async Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        var batch = new ExecutionBatch();
        batch.Deleted.Add((tenantId, executionId));
        await Store.Journal.CommitAsync(lease, batch, cancellationToken);
        return executions.Remove(executionId);
    }

    public async Task CommitAsync(Action<ExecutionBatch> fill)
    {
        var batch = new ExecutionBatch();
        fill(batch);
        await Store.Journal.CommitAsync(lease, batch, CancellationToken.None);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private async Task DecideAsync(string id, Command command, Queue<Command> following)
    {
        var batch = new ExecutionBatch();
        Decision decision;
        if (command is Command.Create create)
        {
            var program = await ProgramsOfAnotherProcess().FindAsync(ProgramKey.Of(create.Execution), CancellationToken.None);
            (var state, decision) = decider.Create(create, program!, Now, ids);
            executions[id] = new Held(state!);
        }
        else
        {
            decision = decider.Decide(executions[id].State, command, Now, ids);
        }

        switch (command)
        {
            case Command.TaskResult result:
                batch.JobsDone.Add((result.TaskRunId, result.Attempt));
                break;
            case Command.WorkerLost lost:
                batch.JobsDone.Add((lost.TaskRunId, lost.Attempt));
                break;
        }

        var held = executions[id];
        foreach (var effect in decision.Effects)
        {
            Carry(held, effect, batch, following);
        }

        Write(held, decision, batch);
        await Store.Journal.CommitAsync(lease, batch, CancellationToken.None);
        if (held.State.HasEnded)
        {
            held.End.TrySetResult(held.State.ToExecution());
        }
    }

    private void Carry(Held held, Effect effect, ExecutionBatch batch, Queue<Command> following)
    {
        switch (effect)
        {
            case Effect.DispatchJob dispatch:
                var job = WorkerJob.Of(held.State, dispatch);
                Sent.Enqueue(job);
                batch.JobsSent.Add(Row(job));
                break;
            case Effect.KillJobs kill:
                batch.KillJobs(new JobKill("main", held.State.Id, kill.TaskRunId));
                break;
            case Effect.Evaluate evaluate:
                following.Enqueue(new Command.Evaluated(evaluate.EvaluationId, evaluate.Run(CancellationToken.None), null));
                break;
        }
    }

    private static WorkerJobRow Row(WorkerJob job) => new()
    {
        Partition = 0,
        TenantId = job.TenantId,
        ExecutionId = job.ExecutionId,
        Namespace = job.Namespace,
        FlowId = job.FlowId,
        FlowRevision = job.FlowRevision,
        TaskRunId = job.TaskRun.Id,
        Attempt = job.Attempt,
        WorkerGroup = job.WorkerGroup,
        Forced = job.TaskRun.ForceExecution == true,
    };

    private static void Write(Held held, Decision decision, ExecutionBatch batch)
    {
        if (decision.Events.Count == 0)
        {
            return;
        }

        held.Position++;
        if (held.Written == held.State.Current && !held.State.HasEnded)
        {
            var events = new ArrayBufferWriter<byte>();
            EventCodec.Encode(decision.Events, events);
            batch.Journal.Add(new JournalEntry("main", held.State.Id, held.Position, events.WrittenMemory));
            return;
        }

        var execution = held.State.ToExecution();
        held.Written = execution.State.Current;
        batch.Snapshots.Add(new ExecutionSnapshot
        {
            TenantId = "main",
            Id = execution.Id,
            Namespace = execution.Namespace,
            FlowId = execution.FlowId,
            State = execution.State.Current,
            StartDate = execution.State.StartDate,
            Position = held.Position,
            Ended = held.State.HasEnded,
            Document = ModelJson.Serialize(execution, JsonProfile.Database),
        });
    }

    private sealed class Held(ExecutionState state)
    {
        public ExecutionState State { get; } = state;
        public long Position { get; set; }
        public StateType? Written { get; set; }
        public TaskCompletionSource<Execution> End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
