using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;

namespace Kestra.Hosting.Lanes;

/// <summary>The lane of commands to executions. The executor that owns the execution's partition takes them in order.</summary>
public interface IExecutionCommands
{
    /// <summary>Hands a command over and waits until its decision is durable.</summary>
    /// <returns>Accepted with the execution as it then is, refused with the reason, or overloaded when the lane is full.</returns>
    Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken);

    /// <summary>Hands a command over without waiting for its decision; waits only for a place in the lane. For results of workers, which the journal makes repeatable.</summary>
    ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken);

    /// <summary>Removes an execution for good, whatever its state.</summary>
    /// <returns>False when it does not exist.</returns>
    Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken);
}

/// <summary>A command with what the lane needs to find its way.</summary>
public sealed record ExecutionRequest(string TenantId, string ExecutionId, Command Command)
{
    /// <summary>The trigger as it shall be stored in the same transaction as the command's decision; a refused command leaves the stored one.</summary>
    public Trigger? Trigger { get; init; }

    /// <summary>The flow of the execution, where the caller knows it: it spares looking for it.</summary>
    public ExecutionPlace? Place { get; init; }

    /// <summary>For a creation: the id was derived (from a firing, from a task run), so that an earlier try may have used it already and must be looked for.</summary>
    public bool MayExist { get; init; }

    /// <summary>For a creation: the caller then waits for the end of the execution, and is better told at once that it would take long.</summary>
    public bool IsAwaited { get; init; }
}

/// <summary>What became of a command.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>Decided and durable.</summary>
    /// <param name="Execution">The execution as of this decision.</param>
    public sealed record Accepted(Execution Execution) : CommandOutcome;

    /// <summary>Nothing was changed.</summary>
    public sealed record Refused(Refusal Refusal) : CommandOutcome;

    /// <summary>No such execution.</summary>
    public sealed record NotFound : CommandOutcome;

    /// <summary>Answers a deletion: the execution is gone.</summary>
    public sealed record Deleted : CommandOutcome;

    /// <summary>The lane is full; the caller may come back.</summary>
    /// <param name="RetryAfter">A guess from the present rate.</param>
    public sealed record Overloaded(TimeSpan RetryAfter) : CommandOutcome;
}
