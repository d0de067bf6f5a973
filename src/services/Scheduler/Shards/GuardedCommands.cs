using Kestra.Hosting.Lanes;

namespace Kestra.Scheduler.Shards;

/// <summary>
/// Commands of a scheduler that shares its triggers. One that was stopped, with its machine or by itself, until others may have
/// taken over gives none any more, before anybody has told it.
/// </summary>
internal sealed class GuardedCommands(IExecutionCommands commands, Func<bool> isCurrent) : IExecutionCommands
{
    public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken) => Checked().SubmitAsync(request, cancellationToken);

    public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => Checked().PostAsync(request, cancellationToken);

    public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => Checked().DeleteAsync(tenantId, executionId, cancellationToken);

    private IExecutionCommands Checked() => isCurrent() ? commands : throw new Hosting.Lanes.Remote.TriggersElsewhereException();
}
