using Kestra.Model.Executions;

namespace Kestra.Hosting.Lanes;

/// <summary>Reads one execution up to its last durable task run: its snapshot with the journal's tail folded in.</summary>
public interface IExecutionReader
{
    Task<Execution?> FindAsync(string tenantId, string executionId, CancellationToken cancellationToken);
}
