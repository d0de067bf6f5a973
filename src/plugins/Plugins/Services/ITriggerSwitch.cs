namespace Kestra.Plugins.Services;

/// <summary>Switches triggers of flows on and off.</summary>
public interface ITriggerSwitch
{
    Task<bool> FlowExistsAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken);

    /// <returns>False when the trigger does not exist.</returns>
    Task<bool> SetDisabledAsync(string tenantId, string @namespace, string flowId, string triggerId, bool disabled, CancellationToken cancellationToken);
}
