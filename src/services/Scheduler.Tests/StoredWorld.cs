using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Triggers;

namespace Kestra.Scheduler.Tests;

/// <summary>What outlives a scheduler: flows, rows of triggers, executions. One lock, so that execution and trigger change together.</summary>
internal sealed class StoredWorld : IFlowRepository, ITriggerRepository, IExecutionCommands, IExecutionReader, IExecutionEnds, ILogSink
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Tenant, string Namespace, string Id), (StoredFlow Stored, Flow Flow)> flows = [];
    private readonly Dictionary<TriggerKey, Trigger> rows = [];
    private readonly OrderedDictionary<string, Execution> executions = [];
    private readonly SemaphoreSlim submitted = new(0);
    private Action<Execution>? onEnd;

    public List<LogEntry> Logs { get; } = [];

    public List<Command.Create> Commands { get; } = [];

    /// <summary>Asked before a creation; what it gives is the answer, and nothing is stored.</summary>
    public Func<ExecutionRequest, CommandOutcome?> Intercept { get; set; } = static _ => null;

    /// <summary>Called after a creation was stored; an exception of it stands for an answer that was lost.</summary>
    public Action<ExecutionRequest> AfterStore { get; set; } = static _ => { };

    /// <summary>Called before rows are stored.</summary>
    public Action BeforeSave { get; set; } = static () => { };

    /// <summary>Called after rows were stored; an exception of it stands for an answer that was lost.</summary>
    public Action AfterSave { get; set; } = static () => { };

    public int Saves { get; private set; }

    public IReadOnlyList<Execution> Executions
    {
        get
        {
            lock (gate)
            {
                return [.. executions.Values];
            }
        }
    }

    public IReadOnlyList<Trigger> Rows
    {
        get
        {
            lock (gate)
            {
                return [.. rows.Values];
            }
        }
    }

    public Flow Read(StoredFlow stored)
    {
        lock (gate)
        {
            return flows[(stored.TenantId, stored.Namespace, stored.Id)].Flow;
        }
    }

    public void Put(Flow flow)
    {
        lock (gate)
        {
            var key = (flow.TenantId, flow.Namespace, flow.Id);
            var revision = flows.TryGetValue(key, out var before) ? before.Stored.Revision + 1 : 1;
            flows[key] = (new StoredFlow(flow.TenantId, flow.Namespace, flow.Id, revision, flow.Deleted, flow.Disabled, "", default, default), flow);
        }
    }

    public void PutRow(Trigger row)
    {
        lock (gate)
        {
            rows[TriggerKey.Of(row)] = row;
        }
    }

    public void Forget(string executionId)
    {
        lock (gate)
        {
            executions.Remove(executionId);
        }
    }

    /// <summary>Ends an execution without telling anybody.</summary>
    public Execution EndSilently(string executionId, StateType state, NodaTime.Instant now)
    {
        lock (gate)
        {
            return executions[executionId] = executions[executionId] with { State = executions[executionId].State.With(state, now) };
        }
    }

    public void TellEnd(Execution execution) => onEnd?.Invoke(execution);

    public Task WaitForSubmissionAsync(CancellationToken cancellationToken) => submitted.WaitAsync(cancellationToken);

    Task<StoredFlow?> IFlowRepository.FindAsync(string tenantId, string @namespace, string id, int? revision, bool allowDeleted, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var found = flows.GetValueOrDefault((tenantId, @namespace, id)).Stored;
            return Task.FromResult(found is { Deleted: true } && !allowDeleted ? null : found);
        }
    }

    public Task<IReadOnlyList<StoredFlow>> FindAllAsync(string? tenantId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<StoredFlow>>([.. flows.Values.Select(static pair => pair.Stored).Where(static flow => !flow.Deleted)]);
        }
    }

    public async Task<IReadOnlyList<StoredFlow>> FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, cancellationToken)).Where(flow => share.Contains(flow.TenantId, flow.Namespace, flow.Id))];

    async Task<IReadOnlyList<Trigger>> ITriggerRepository.FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, null, null, cancellationToken)).Where(row => share.Contains(row.TenantId, row.Namespace, row.FlowId))];

    public Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(rows.GetValueOrDefault(new TriggerKey(tenantId, @namespace, flowId, triggerId)));
        }
    }

    public Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<Trigger>>(
                [.. rows.Values.Where(row => flowId is null || (row.TenantId == tenantId && row.Namespace == @namespace && row.FlowId == flowId))]);
        }
    }

    public Task SaveAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken)
    {
        BeforeSave();
        lock (gate)
        {
            Saves++;
            foreach (var row in triggers)
            {
                rows[TriggerKey.Of(row)] = row;
            }
        }

        AfterSave();
        return Task.CompletedTask;
    }

    public Task DeleteAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            foreach (var row in triggers)
            {
                rows.Remove(TriggerKey.Of(row));
            }
        }

        return Task.CompletedTask;
    }

    public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        if (Intercept(request) is { } answer)
        {
            return Task.FromResult(answer);
        }

        var create = (Command.Create)request.Command;
        lock (gate)
        {
            if (executions.ContainsKey(request.ExecutionId))
            {
                return Task.FromResult<CommandOutcome>(new CommandOutcome.Refused(new Refusal(RefusalCode.AlreadyExists, "exists")));
            }

            executions[request.ExecutionId] = create.Execution;
            Commands.Add(create);
            if (request.Trigger is { } row)
            {
                rows[TriggerKey.Of(row)] = row;
            }
        }

        submitted.Release();
        AfterStore(request);
        return Task.FromResult<CommandOutcome>(new CommandOutcome.Accepted(create.Execution));
    }

    public Task<Execution?> FindAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(executions.GetValueOrDefault(executionId));
        }
    }

    public IDisposable SubscribeEnded(Action<Execution> handler)
    {
        onEnd = handler;
        return new Subscription(this);
    }

    public bool TryWrite(LogEntry entry)
    {
        lock (gate)
        {
            Logs.Add(entry);
        }

        return true;
    }

    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken) => throw Unused();
    public ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken) => throw Unused();
    public bool TryWrite(MetricEntry entry) => throw Unused();
    public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => throw Unused();
    public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => throw Unused();
    public Task<IReadOnlyList<StoredFlow>> FindRevisionsAsync(string tenantId, string @namespace, string id, CancellationToken cancellationToken) => throw Unused();
    public Task<Page<FlowSourceMatch>> SearchSourceAsync(string tenantId, string? text, string? @namespace, PageRequest page, CancellationToken cancellationToken) => throw Unused();
    public Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast, CancellationToken cancellationToken) => throw Unused();
    public Task<IReadOnlyList<string>> FindNamespacesAsync(string tenantId, string? prefix, CancellationToken cancellationToken) => throw Unused();
    public Task<long> CountAsync(string? tenantId, CancellationToken cancellationToken) => throw Unused();
    Task<Page<StoredFlow>> IFlowRepository.SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => throw Unused();
    Task<Page<Trigger>> ITriggerRepository.SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => throw Unused();

    private static InvalidOperationException Unused() => new("The scheduler has no business with this.");

    private sealed class Subscription(StoredWorld world) : IDisposable
    {
        public void Dispose() => world.onEnd = null;
    }
}
