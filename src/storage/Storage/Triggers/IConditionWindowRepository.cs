using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Storage.Triggers;

/// <summary>
/// What has been met of multiple conditions, one row for each condition of a flow. Rows are written with a batch of the executor
/// (<see cref="Executions.ExecutionBatch.Windows"/>), in one transaction with what they follow from.
/// </summary>
public interface IConditionWindowRepository
{
    /// <returns>Null when nothing was met yet. The window may be over.</returns>
    Task<MultipleConditionWindow?> FindAsync(string tenantId, string @namespace, string flowId, string conditionId, CancellationToken cancellationToken);

    /// <summary>Deletes the windows that ended before a moment.</summary>
    /// <returns>How many there were.</returns>
    Task<int> DeleteEndedAsync(Instant before, CancellationToken cancellationToken);
}

/// <summary>A window as it is from now on.</summary>
/// <param name="IsGone">Its row goes away.</param>
public readonly record struct ConditionWindowChange(MultipleConditionWindow Window, bool IsGone);
