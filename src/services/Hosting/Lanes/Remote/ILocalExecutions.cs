namespace Kestra.Hosting.Lanes.Remote;

/// <summary>The executor of this process, for the partitions that it owns.</summary>
public interface ILocalExecutions
{
    bool Owns(int partition);

    /// <inheritdoc cref="IExecutionCommands.SubmitAsync"/>
    Task<CommandOutcome> SubmitAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken);

    /// <inheritdoc cref="IExecutionCommands.PostAsync"/>
    ValueTask PostAsync(ExecutionRequest request, int partition, CancellationToken cancellationToken);

    /// <summary>Removes an execution for good, whatever its state.</summary>
    Task<CommandOutcome> DeleteAsync(string tenantId, string executionId, int partition, CancellationToken cancellationToken);
}
