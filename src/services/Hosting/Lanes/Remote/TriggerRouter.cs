using Kestra.Model.Triggers;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>Brings each call to the scheduler that fires: the one of this process, or by way of the database another's.</summary>
/// <param name="local">Null in a process without scheduler.</param>
/// <param name="shared">Whether other processes may have the scheduler.</param>
public sealed class TriggerRouter(RemoteCommands remote, ILocalTriggers? local, bool shared) : ITriggerControl
{
    // Where no scheduler can be, the next one that starts reads all flows.
    public Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken) => IsHere
        ? local!.FlowChangedAsync(tenantId, @namespace, flowId, cancellationToken)
        : !shared ? Task.CompletedTask : AskAsync(new TriggerCall(TriggerOperation.FlowChanged, new TriggerKey(tenantId, @namespace, flowId, "")), cancellationToken);

    public Task<Trigger?> SetDisabledAsync(TriggerKey key, bool disabled, CancellationToken cancellationToken) => IsHere
        ? local!.SetDisabledAsync(key, disabled, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.SetDisabled, key) { Flag = disabled }, cancellationToken);

    public Task<Trigger?> UnlockAsync(TriggerKey key, CancellationToken cancellationToken) => IsHere
        ? local!.UnlockAsync(key, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.Unlock, key), cancellationToken);

    public Task<Trigger?> RestartAsync(TriggerKey key, CancellationToken cancellationToken) => IsHere
        ? local!.RestartAsync(key, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.Restart, key), cancellationToken);

    public Task<Trigger?> StartBackfillAsync(TriggerKey key, Backfill backfill, CancellationToken cancellationToken) => IsHere
        ? local!.StartBackfillAsync(key, backfill, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.StartBackfill, key) { Backfill = backfill }, cancellationToken);

    public Task<Trigger?> SetBackfillPausedAsync(TriggerKey key, bool paused, CancellationToken cancellationToken) => IsHere
        ? local!.SetBackfillPausedAsync(key, paused, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.SetBackfillPaused, key) { Flag = paused }, cancellationToken);

    public Task<Trigger?> DeleteBackfillAsync(TriggerKey key, CancellationToken cancellationToken) => IsHere
        ? local!.DeleteBackfillAsync(key, cancellationToken)
        : TriggerAsync(new TriggerCall(TriggerOperation.DeleteBackfill, key), cancellationToken);

    public async Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken) => IsHere
        ? await local!.DeleteAsync(key, cancellationToken)
        : (await AskAsync(new TriggerCall(TriggerOperation.Delete, key), cancellationToken)).Done;

    private bool IsHere => local is not null && (!shared || local.IsActive);

    private async Task<Trigger?> TriggerAsync(TriggerCall call, CancellationToken cancellationToken) => (await AskAsync(call, cancellationToken)).Trigger;

    private async Task<(Trigger? Trigger, bool Done)> AskAsync(TriggerCall call, CancellationToken cancellationToken) => !shared
        ? throw new TriggerRefusedException("This server has no scheduler.")
        : TriggerAnswerCodec.Decode(await remote.ExchangeAsync(SchedulerLane.Partition, call.Key.ToString(), token => (call with { Reader = remote.Reader, Token = token }).Encode(), cancellationToken));
}
