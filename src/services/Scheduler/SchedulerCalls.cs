using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler;

/// <summary>Answers the calls that other processes have stored for the scheduler that fires, one after the other.</summary>
internal sealed partial class SchedulerCalls(IExecutionJournal journal, IHints hints, SchedulerOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="ended">Is told of executions that other processes ended.</param>
    public async Task RunAsync(PartitionLease lease, ITriggerControl scheduler, Action<TriggerCall> ended, CancellationToken stopping)
    {
        var ours = new Hint(HintKind.Command, lease.Partition.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var poll = new LanePoll(hints, hint => hint == ours, options.CallPollMinimum, options.CallPollMaximum, time);
        while (true)
        {
            var commands = await journal.ReadCommandsAsync([lease.Partition], options.RequestLimit, stopping);
            foreach (var command in commands)
            {
                var batch = new ExecutionBatch();
                batch.CommandsDone.Add(command.Id);
                await AnswerAsync(command, scheduler, ended, batch, stopping);
                await journal.CommitAsync([lease], batch, stopping);
            }

            await poll.WaitAsync(commands.Count > 0, stopping);
        }
    }

    private async Task AnswerAsync(QueuedCommand command, ITriggerControl scheduler, Action<TriggerCall> ended, ExecutionBatch batch, CancellationToken stopping)
    {
        TriggerCall call;
        try
        {
            call = TriggerCall.Decode(command.Command);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            LogUnreadable(error, command.ExecutionId);
            return;
        }

        ReadOnlyMemory<byte> answer;
        try
        {
            answer = await CarryOutAsync(call, scheduler, ended, stopping);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            answer = TriggerAnswerCodec.Encode(error);
        }

        if (call is { Reader: { } reader, Token: { } token })
        {
            batch.Replies.Add(new CommandReply(reader, token, answer));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> CarryOutAsync(TriggerCall call, ITriggerControl scheduler, Action<TriggerCall> ended, CancellationToken stopping)
    {
        switch (call.Operation)
        {
            case TriggerOperation.FlowChanged:
                await scheduler.FlowChangedAsync(call.Key.TenantId, call.Key.Namespace, call.Key.FlowId, stopping);
                return TriggerAnswerCodec.Encode(null, true);
            case TriggerOperation.Delete:
                return TriggerAnswerCodec.Encode(null, await scheduler.DeleteAsync(call.Key, stopping));
            case TriggerOperation.Ended:
                ended(call);
                return TriggerAnswerCodec.Encode(null, true);
            default:
                return TriggerAnswerCodec.Encode(await ChangeAsync(call, scheduler, stopping), true);
        }
    }

    private static Task<Model.Triggers.Trigger?> ChangeAsync(TriggerCall call, ITriggerControl scheduler, CancellationToken stopping) => call.Operation switch
    {
        TriggerOperation.SetDisabled => scheduler.SetDisabledAsync(call.Key, call.Flag, stopping),
        TriggerOperation.Unlock => scheduler.UnlockAsync(call.Key, stopping),
        TriggerOperation.Restart => scheduler.RestartAsync(call.Key, stopping),
        TriggerOperation.StartBackfill => scheduler.StartBackfillAsync(call.Key, call.Backfill!, stopping),
        TriggerOperation.SetBackfillPaused => scheduler.SetBackfillPausedAsync(call.Key, call.Flag, stopping),
        _ => scheduler.DeleteBackfillAsync(call.Key, stopping),
    };

    [LoggerMessage(LogLevel.Error, "A stored call for trigger {Trigger} can't be read and is dropped")]
    private partial void LogUnreadable(Exception error, string trigger);
}
