using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Executions;

namespace Kestra.Worker.Claiming;

/// <summary>
/// Builds the job that an executor of another process has sent, from the execution as it is stored. Executions are kept for a
/// while, so that a loop of thousands of tasks is not read from its beginning for each of them.
/// </summary>
internal sealed class JobFromStore(IExecutionJournal journal, FlowPrograms programs, ClaimOptions options)
{
    private readonly KnownExecutions known = new(options);

    /// <exception cref="StoreUnavailableException">Nothing is known about the job; it may be tried again.</exception>
    public async Task<RebuiltJob> BuildAsync(WorkerJobRow row, CancellationToken cancellationToken)
    {
        var execution = known.Find(row.TenantId, row.ExecutionId);
        await execution.Reading.WaitAsync(cancellationToken);
        try
        {
            return await FindAsync(execution, row, cancellationToken);
        }
        catch (Exception error) when (error is not (StoreUnavailableException or OperationCanceledException or OutOfMemoryException))
        {
            execution.State = null;
            return new RebuiltJob.Broken($"The worker can't read the execution: {error.Message}");
        }
        finally
        {
            execution.Reading.Release();
            known.Weigh(row.TenantId, row.ExecutionId);
        }
    }

    private async Task<RebuiltJob> FindAsync(KnownExecution execution, WorkerJobRow row, CancellationToken cancellationToken)
    {
        // Attempts are never sent twice with other variables, so one that is known to be open needs no second look.
        if (Find(execution, row) is { IsWanted: true } before)
        {
            return Ready(execution, before, row);
        }

        if (!await FollowAsync(execution, row, cancellationToken) && await ReadAsync(execution, row, cancellationToken) is { } problem)
        {
            return problem;
        }

        if (execution.State!.Program.Fault is { } fault)
        {
            return new RebuiltJob.Broken(fault);
        }

        return Find(execution, row) switch
        {
            null => new RebuiltJob.Over(),
            { IsWanted: false } => new RebuiltJob.Unwanted(),
            var open => Ready(execution, open, row),
        };
    }

    // The group was decided when the job was sent.
    private static RebuiltJob.Ready Ready(KnownExecution execution, OpenJob open, WorkerJobRow row) =>
        new(WorkerJob.Of(execution.State!, open.Job) with { WorkerGroup = row.WorkerGroup });

    // Of another revision it is not the state that the executor goes by.
    private static OpenJob? Find(KnownExecution execution, WorkerJobRow row) =>
        execution.State is { } state && (state.Program.Flow.Revision ?? 0) == row.FlowRevision ? OpenJobs.Find(state, row.TaskRunId, row.Attempt) : null;

    /// <summary>Takes in what has happened since the execution was read.</summary>
    /// <returns>False when it has to be read from its beginning.</returns>
    private async Task<bool> FollowAsync(KnownExecution execution, WorkerJobRow row, CancellationToken cancellationToken)
    {
        if (execution.State is not { } state || (state.Program.Flow.Revision ?? 0) != row.FlowRevision
            || await journal.ReadTailAsync(row.TenantId, row.ExecutionId, execution.Version, execution.Position, cancellationToken) is not { } tail)
        {
            return false;
        }

        foreach (var entry in tail)
        {
            foreach (var fact in EventCodec.Decode(entry))
            {
                state.Apply(fact);
            }

            execution.Position++;
            execution.Bytes += entry.Length;
        }

        return true;
    }

    /// <returns>Null when it was read.</returns>
    private async Task<RebuiltJob?> ReadAsync(KnownExecution execution, WorkerJobRow row, CancellationToken cancellationToken)
    {
        execution.State = null;
        if (await journal.ReadAsync(row.TenantId, row.ExecutionId, cancellationToken) is not { Ended: false } stored)
        {
            known.Forget(row.TenantId, row.ExecutionId);
            return new RebuiltJob.Over();
        }

        var program = await programs.FindAsync(new ProgramKey(row.TenantId, row.Namespace, row.FlowId, row.FlowRevision), cancellationToken);
        if (program is null)
        {
            return new RebuiltJob.Broken($"Unable to find revision {row.FlowRevision} of the flow {row.TenantId}/{row.Namespace}/{row.FlowId}");
        }

        execution.State = ExecutionState.Restore(ModelJson.ReadExecution(stored.Document.Span), [.. stored.Tail.SelectMany(EventCodec.Decode)], program);
        execution.Version = stored.Version;
        execution.Position = stored.Position + stored.Tail.Count;
        execution.Bytes = stored.Document.Length + stored.Tail.Sum(static entry => (long)entry.Length);
        return null;
    }
}
