using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Reading;

/// <summary>Reads one execution up to its last durable task run, from any process: its snapshot with the journal's tail folded in.</summary>
public sealed class StoredExecutionReader(IExecutionJournal journal, FlowPrograms programs) : IExecutionReader
{
    public async Task<Execution?> FindAsync(string tenantId, string executionId, CancellationToken cancellationToken) =>
        (await ReadAsync(tenantId, executionId, cancellationToken))?.Execution;

    /// <summary>What the expressions of an execution see.</summary>
    /// <exception cref="InvalidOperationException">The execution or its flow does not exist any more.</exception>
    public async Task<IReadOnlyDictionary<string, object?>> VariablesAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        var execution = await FindAsync(tenantId, executionId, cancellationToken);
        var program = execution is null ? null : await programs.FindAsync(ProgramKey.Of(execution), cancellationToken);
        return program is null
            ? throw new InvalidOperationException($"The execution '{executionId}' does not exist any more")
            : ExecutionState.Restore(execution!, [], program).Variables;
    }

    /// <returns>The execution, and whether nothing about it will change any more; null when it does not exist.</returns>
    public async Task<(Execution Execution, bool Ended)?> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        if (await journal.ReadAsync(tenantId, executionId, cancellationToken) is not { } stored)
        {
            return null;
        }

        var document = ModelJson.ReadExecution(stored.Document.Span);
        if (stored.Tail.Count == 0)
        {
            return (document, stored.Ended);
        }

        // Without its flow an execution can only be shown as of its snapshot; it ends there with the reason.
        var program = await programs.FindAsync(ProgramKey.Of(document), cancellationToken);
        return program is null
            ? (document, stored.Ended)
            : (ExecutionState.Restore(document, stored.Tail.SelectMany(EventCodec.Decode).ToList(), program).ToExecution(), stored.Ended);
    }
}
