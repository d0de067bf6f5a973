using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Model.Triggers;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler;

/// <summary>
/// Carries out what other processes have stored for the scheduler that owns a shard, in their order where the loop takes part.
/// A call stays stored until the commit that replies to it, so all of them may be carried out twice.
/// </summary>
internal sealed partial class SchedulerCalls(IExecutionJournal journal, IHints hints, SchedulerShards shards, ITriggerControl control, ITriggerResults results, SchedulerOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="ended">Is told of executions that other processes ended.</param>
    public async Task RunAsync(PartitionLease lease, Action<EndedExecution> ended, CancellationToken stopping)
    {
        var ours = new Hint(HintKind.Command, lease.Partition.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var poll = new LanePoll(hints, hint => hint == ours, options.CallPollMinimum, options.CallPollMaximum, time);
        var underway = new Dictionary<long, Task<ExecutionBatch>>();
        while (true)
        {
            var isNew = false;
            foreach (var command in await journal.ReadCommandsAsync([lease.Partition], options.RequestLimit, stopping))
            {
                if (!underway.ContainsKey(command.Id))
                {
                    isNew = true;
                    underway[command.Id] = TakeAsync(command, ended, poll.Ring, stopping);
                }
            }

            if (!await CommitAsync(lease, underway, stopping))
            {
                await poll.WaitAsync(isNew, stopping);
            }
        }
    }

    /// <returns>False when none was through.</returns>
    private async Task<bool> CommitAsync(PartitionLease lease, Dictionary<long, Task<ExecutionBatch>> underway, CancellationToken stopping)
    {
        var batch = new ExecutionBatch();
        foreach (var (id, work) in underway.Where(static pair => pair.Value.IsCompleted).ToList())
        {
            var done = await work;
            batch.CommandsDone.Add(id);
            batch.CommandsSent.AddRange(done.CommandsSent);
            batch.Replies.AddRange(done.Replies);
        }

        if (batch.IsEmpty)
        {
            return false;
        }

        await journal.CommitAsync([lease], batch, stopping);
        batch.CommandsDone.ForEach(id => underway.Remove(id));
        return true;
    }

    private async Task<ExecutionBatch> TakeAsync(QueuedCommand command, Action<EndedExecution> ended, Action through, CancellationToken stopping)
    {
        var batch = new ExecutionBatch();
        try
        {
            var call = TriggerCall.Decode(command.Command);
            if (shards.LaneOf(call.Key) is var lane && lane != command.Partition)
            {
                // Whoever sent it counts the shards differently.
                batch.CommandsSent.Add(new OutgoingCommand(lane, command.ExecutionId, command.Command));
            }
            else
            {
                await ReplyAsync(call, ended, batch, stopping);
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            LogUnreadable(error, command.ExecutionId);
        }

        through();
        return batch;
    }

    private async Task ReplyAsync(TriggerCall call, Action<EndedExecution> ended, ExecutionBatch batch, CancellationToken stopping)
    {
        ReadOnlyMemory<byte> reply;
        try
        {
            reply = await CarryOutAsync(call, ended, stopping);
        }
        catch (Exception error) when (error is not TriggersElsewhereException && !stopping.IsCancellationRequested)
        {
            reply = TriggerReplyCodec.Encode(error);
        }

        if (call is { Reader: { } reader, Token: { } token })
        {
            batch.Replies.Add(new CommandReply(reader, token, reply));
        }
    }

    private async Task<ReadOnlyMemory<byte>> CarryOutAsync(TriggerCall call, Action<EndedExecution> ended, CancellationToken stopping)
    {
        switch (call.Operation)
        {
            case TriggerOperation.FlowChanged:
                await control.FlowChangedAsync(call.Key.TenantId, call.Key.Namespace, call.Key.FlowId, stopping);
                return TriggerReplyCodec.Encode(null, true);
            case TriggerOperation.Delete:
                return TriggerReplyCodec.Encode(null, await control.DeleteAsync(call.Key, stopping));
            case TriggerOperation.Ended:
                ended(new EndedExecution(call.Key, call.ExecutionId!, call.State!.Value));
                return TriggerReplyCodec.Encode(null, true);
            case TriggerOperation.Started:
                await results.StartedAsync(EvaluationOf(call), call.Worker!, stopping);
                return TriggerReplyCodec.Encode(null, true);
            case TriggerOperation.Lost:
                await results.LostAsync(EvaluationOf(call), stopping);
                return TriggerReplyCodec.Encode(null, true);
            case TriggerOperation.Answered:
                return TriggerReplyCodec.Encode(await results.AnswerAsync(EvaluationOf(call), call.Answer!, stopping));
            case TriggerOperation.Event:
                return TriggerReplyCodec.Encode(await results.EventAsync(EvaluationOf(call), call.ExecutionId!, call.Variables!, stopping));
            default:
                return TriggerReplyCodec.Encode(await ChangeAsync(call, stopping), true);
        }
    }

    private Task<Trigger?> ChangeAsync(TriggerCall call, CancellationToken stopping) => call.Operation switch
    {
        TriggerOperation.SetDisabled => control.SetDisabledAsync(call.Key, call.Flag, stopping),
        TriggerOperation.Unlock => control.UnlockAsync(call.Key, stopping),
        TriggerOperation.Restart => control.RestartAsync(call.Key, stopping),
        TriggerOperation.StartBackfill => control.StartBackfillAsync(call.Key, call.Backfill!, stopping),
        TriggerOperation.SetBackfillPaused => control.SetBackfillPausedAsync(call.Key, call.Flag, stopping),
        _ => control.DeleteBackfillAsync(call.Key, stopping),
    };

    private static TriggerEvaluation EvaluationOf(TriggerCall call) => new(call.Key, call.Evaluation!);

    [LoggerMessage(LogLevel.Error, "A stored call for trigger {Trigger} can't be read and is dropped")]
    private partial void LogUnreadable(Exception error, string trigger);
}
