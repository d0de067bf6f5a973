using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Loop;

/// <summary>Reads executions and compiles flows beside the loop; the outcome comes back through the inbox.</summary>
internal sealed partial class ExecutionLoader(
    IExecutionJournal journal,
    FlowPrograms programs,
    Func<Flow, FlowProgram> compile,
    ExecutorInbox inbox,
    TimeProvider time,
    TimeSpan pause,
    Skipping skipping,
    ILogger<ExecutionLoader> logger,
    CancellationToken stopping)
{
    /// <summary>Begins to read what a command needs. Exactly one <see cref="LaneItem.Loaded"/> follows, unless the executor stops.</summary>
    public void Begin(ExecutionKey key, ExecutionRequest request) =>
        _ = Task.Run(async () => await inbox.PostAsync(await LoadAsync(key, request), stopping), stopping);

    /// <summary>The same after a pause.</summary>
    public void BeginLater(ExecutionKey key, ExecutionRequest request) => _ = Task.Run(
        async () =>
        {
            await Task.Delay(pause, time, stopping);
            await inbox.PostAsync(await LoadAsync(key, request), stopping);
        },
        stopping);

    /// <summary>Brings a stored execution back to life.</summary>
    /// <param name="revision">The revision to go on with; null is the one it has.</param>
    public async Task<ActiveExecution> RestoreAsync(StoredExecution stored, int? revision, CancellationToken cancellationToken)
    {
        var document = ModelJson.ReadExecution(stored.Document.Span);
        var program = await ProgramAsync(document, revision, cancellationToken);
        var tail = stored.Tail.SelectMany(EventCodec.Decode).ToList();
        return new ActiveExecution(ExecutionState.Restore(document, tail, program), program, FlowPartition.Of(document.TenantId, document.Namespace, document.FlowId, journal.Partitions))
        {
            Position = stored.Position + stored.Tail.Count,
            TailBytes = stored.Tail.Sum(entry => (long)entry.Length),
            DocumentBytes = stored.Document.Length,
            SnapshotState = document.State.Current,
            IsProvisional = stored.Provisional,
            IsStoredEnded = stored.Ended,
        };
    }

    private async Task<LaneItem.Loaded> LoadAsync(ExecutionKey key, ExecutionRequest request)
    {
        try
        {
            var create = request.Command as Command.Create;
            if (create is null || request.MayExist)
            {
                var revision = (request.Command as Command.Restart)?.Revision;
                if (await journal.ReadAsync(key.TenantId, key.ExecutionId, stopping) is { } stored)
                {
                    if (skipping.Skips(stored))
                    {
                        return new LaneItem.Loaded(key, null, null, null, this) { IsSkipped = true };
                    }

                    var restored = await RestoreAsync(stored, revision, stopping);
                    return new LaneItem.Loaded(key, restored, restored.Program, null, this);
                }
            }

            var program = create is null ? null : await ProgramAsync(create.Execution, null, stopping);
            return new LaneItem.Loaded(key, null, program, null, this);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            LogFault(key.ExecutionId, fault);
            return new LaneItem.Loaded(key, null, null, fault, this);
        }
    }

    // An execution whose flow is gone still has to end, with a message that says so.
    private async Task<FlowProgram> ProgramAsync(Execution execution, int? revision, CancellationToken cancellationToken)
    {
        var key = ProgramKey.Of(execution);
        return await programs.FindAsync(revision is { } other ? key with { Revision = other } : key, cancellationToken)
            ?? compile(new Flow
            {
                TenantId = execution.TenantId,
                Namespace = execution.Namespace,
                Id = execution.FlowId,
                Revision = execution.FlowRevision,
                Exception = $"Unable to find flow {execution.TenantId}/{execution.Namespace}/{execution.FlowId} for execution {execution.Id}",
            });
    }

    [LoggerMessage(LogLevel.Error, "Execution {ExecutionId} could not be read")]
    private partial void LogFault(string executionId, Exception fault);
}
