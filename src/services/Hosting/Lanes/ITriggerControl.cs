using Kestra.Model.Triggers;

namespace Kestra.Hosting.Lanes;

/// <summary>
/// The lane to the scheduler. Every call is answered when its effect is durable. A trigger that does not exist, in the
/// flow or as a row, gives null.
/// </summary>
public interface ITriggerControl
{
    /// <summary>A flow was created, changed, disabled, enabled or deleted.</summary>
    Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken);

    /// <summary>Switches a trigger off, or on again: its next date is then the first one from now.</summary>
    Task<Trigger?> SetDisabledAsync(TriggerKey key, bool disabled, CancellationToken cancellationToken);

    /// <summary>Takes both locks away: that of an execution and that of an evaluation.</summary>
    /// <exception cref="TriggerRefusedException">The trigger is not locked.</exception>
    Task<Trigger?> UnlockAsync(TriggerKey key, CancellationToken cancellationToken);

    /// <summary>Begins anew: no locks, next date from now.</summary>
    Task<Trigger?> RestartAsync(TriggerKey key, CancellationToken cancellationToken);

    /// <summary>Starts a backfill; its end defaults to now.</summary>
    /// <exception cref="TriggerRefusedException">The trigger is no schedule, or has a backfill.</exception>
    Task<Trigger?> StartBackfillAsync(TriggerKey key, Backfill backfill, CancellationToken cancellationToken);

    /// <summary>Pauses or continues the backfill. While it is paused the regular dates wait too.</summary>
    /// <exception cref="TriggerRefusedException">The trigger has no backfill.</exception>
    Task<Trigger?> SetBackfillPausedAsync(TriggerKey key, bool paused, CancellationToken cancellationToken);

    /// <summary>Ends the backfill and goes back to the regular dates.</summary>
    /// <exception cref="TriggerRefusedException">The trigger has no backfill.</exception>
    Task<Trigger?> DeleteBackfillAsync(TriggerKey key, CancellationToken cancellationToken);

    /// <summary>Deletes the row. The trigger gets a new one when its flow is saved again, or at the next start.</summary>
    Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken);
}

/// <summary>Names one trigger of one flow.</summary>
public readonly record struct TriggerKey(string TenantId, string Namespace, string FlowId, string TriggerId)
{
    public static TriggerKey Of(Trigger trigger) => new(trigger.TenantId, trigger.Namespace, trigger.FlowId, trigger.TriggerId);

    public override string ToString() => $"{TenantId}_{Namespace}_{FlowId}_{TriggerId}";
}

/// <summary>The trigger's state does not allow what was asked; the message is for the user.</summary>
public sealed class TriggerRefusedException(string message) : Exception(message);
