using Kestra.Model.Triggers;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>Brings each call to the scheduler that fires the trigger: the one of this process, or by way of the database another's.</summary>
/// <param name="local">Null in a process without scheduler.</param>
/// <param name="shards">Null when no other process can have a scheduler.</param>
public sealed class TriggerRouter(RemoteCommands remote, ILocalTriggers? local, SchedulerShards? shards) : ITriggerControl, ITriggerResults
{
    // Where no scheduler can be, the next one that starts reads all flows.
    public Task FlowChangedAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        var key = new TriggerKey(tenantId, @namespace, flowId, "");
        return local is null && shards is null
            ? Task.CompletedTask
            : CallAsync(
                new TriggerCall(TriggerOperation.FlowChanged, key),
                async here =>
                {
                    await here.FlowChangedAsync(tenantId, @namespace, flowId, cancellationToken);
                    return (null, true);
                },
                cancellationToken);
    }

    public Task<Trigger?> SetDisabledAsync(TriggerKey key, bool disabled, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.SetDisabled, key) { Flag = disabled }, here => here.SetDisabledAsync(key, disabled, cancellationToken), cancellationToken);

    public Task<Trigger?> UnlockAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.Unlock, key), here => here.UnlockAsync(key, cancellationToken), cancellationToken);

    public Task<Trigger?> RestartAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.Restart, key), here => here.RestartAsync(key, cancellationToken), cancellationToken);

    public Task<Trigger?> StartBackfillAsync(TriggerKey key, Backfill backfill, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.StartBackfill, key) { Backfill = backfill }, here => here.StartBackfillAsync(key, backfill, cancellationToken), cancellationToken);

    public Task<Trigger?> SetBackfillPausedAsync(TriggerKey key, bool paused, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.SetBackfillPaused, key) { Flag = paused }, here => here.SetBackfillPausedAsync(key, paused, cancellationToken), cancellationToken);

    public Task<Trigger?> DeleteBackfillAsync(TriggerKey key, CancellationToken cancellationToken) =>
        ChangeAsync(new TriggerCall(TriggerOperation.DeleteBackfill, key), here => here.DeleteBackfillAsync(key, cancellationToken), cancellationToken);

    public async Task<bool> DeleteAsync(TriggerKey key, CancellationToken cancellationToken) =>
        (await CallAsync(new TriggerCall(TriggerOperation.Delete, key), async here => (null, await here.DeleteAsync(key, cancellationToken)), cancellationToken)).Done;

    public Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken) => TellAsync(
        new TriggerCall(TriggerOperation.Started, evaluation.Key) { Evaluation = evaluation.Id, Worker = workerId },
        here => here.StartedAsync(evaluation, workerId, cancellationToken),
        cancellationToken);

    public Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken) => AnswerAsync(
        new TriggerCall(TriggerOperation.Answered, evaluation.Key) { Evaluation = evaluation.Id, Answer = answer },
        here => here.AnswerAsync(evaluation, answer, cancellationToken),
        cancellationToken);

    public Task<TriggerReception> EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken) => AnswerAsync(
        new TriggerCall(TriggerOperation.Event, evaluation.Key) { Evaluation = evaluation.Id, ExecutionId = executionId, Variables = variables },
        here => here.EventAsync(evaluation, executionId, variables, cancellationToken),
        cancellationToken);

    public Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken) => TellAsync(
        new TriggerCall(TriggerOperation.Lost, evaluation.Key) { Evaluation = evaluation.Id },
        here => here.LostAsync(evaluation, cancellationToken),
        cancellationToken);

    private async Task<Trigger?> ChangeAsync(TriggerCall call, Func<ILocalTriggers, Task<Trigger?>> here, CancellationToken cancellationToken) =>
        (await CallAsync(call, async local => (await here(local), true), cancellationToken)).Trigger;

    private Task<(Trigger? Trigger, bool Done)> CallAsync(TriggerCall call, Func<ILocalTriggers, Task<(Trigger? Trigger, bool Done)>> here, CancellationToken cancellationToken) =>
        RouteAsync(call, here, async there => TriggerReplyCodec.Decode(await ExchangeAsync(call, there, cancellationToken)));

    private Task<TriggerReception> AnswerAsync(TriggerCall call, Func<ILocalTriggers, Task<TriggerReception>> here, CancellationToken cancellationToken) =>
        RouteAsync(call, here, async there => TriggerReplyCodec.DecodeReception(await ExchangeAsync(call, there, cancellationToken)));

    private Task TellAsync(TriggerCall call, Func<ILocalTriggers, Task> here, CancellationToken cancellationToken) => RouteAsync(
        call,
        async local =>
        {
            await here(local);
            return true;
        },
        async there =>
        {
            await remote.SendAsync(there, call.Key.ToString(), call.Encode(), cancellationToken);
            return true;
        });

    private async Task<T> RouteAsync<T>(TriggerCall call, Func<ILocalTriggers, Task<T>> here, Func<int, Task<T>> there)
    {
        if (shards is null)
        {
            return await here(local ?? throw new TriggerRefusedException("This server has no scheduler."));
        }

        if (local?.Owns(call.Key) == true)
        {
            try
            {
                return await here(local);
            }
            catch (TriggersElsewhereException)
            {
                // They have just gone to another process, which finds the call stored.
                return await there(shards.LaneOf(call.Key));
            }
        }

        return await there(shards.LaneOf(call.Key));
    }

    private Task<ReadOnlyMemory<byte>> ExchangeAsync(TriggerCall call, int lane, CancellationToken cancellationToken) =>
        remote.ExchangeAsync(lane, call.Key.ToString(), token => (call with { Reader = remote.Reader, Token = token }).Encode(), cancellationToken);
}
