using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Partitions;

/// <summary>Sends on what reached this process for executions that another one owns.</summary>
internal sealed partial class ForeignCommands(IExecutionCommands router, RemoteCommands remote, ILogger<ForeignCommands> logger, CancellationToken stopping)
{
    /// <summary>A command as the row that carries it to its partition.</summary>
    public static OutgoingCommand Row(LaneItem.Decide item, int partition) => new(partition, item.Request.ExecutionId, Envelope(item).Encode());

    /// <summary>Sends a command to where its execution is now. A stored one, or a timer, stays stored: its new owner reads it.</summary>
    public void Reroute(LaneItem.Decide item)
    {
        if (item.TimerKey is not null)
        {
            return;
        }

        if (item.Caller is QueuedCaller queued)
        {
            queued.Leave();
            return;
        }

        _ = Task.Run(() => SendAsync(item.Caller, item.Request.ExecutionId, () => SubmitAsync(item)), stopping);
    }

    public void Reroute(LaneItem.Delete item)
    {
        if (item.Caller is QueuedCaller queued)
        {
            queued.Leave();
            return;
        }

        _ = Task.Run(() => SendAsync(item.Caller, item.ExecutionId, () => remote.SubmitAsync(new CommandEnvelope(item.TenantId, item.ExecutionId, null), item.Partition, stopping)), stopping);
    }

    private async Task<CommandOutcome> SubmitAsync(LaneItem.Decide item)
    {
        if (item.Partition != LaneItem.UnknownPartition)
        {
            if (item.Caller is not null)
            {
                return await remote.SubmitAsync(Envelope(item), item.Partition, stopping);
            }

            await remote.PostAsync(Envelope(item), item.Partition, stopping);
            return new CommandOutcome.NotFound();
        }

        return await router.SubmitAsync(item.Request, stopping);
    }

    private async Task SendAsync(Caller? caller, string executionId, Func<Task<CommandOutcome>> send)
    {
        try
        {
            var outcome = await send();
            caller?.Answer(outcome);
        }
        catch (Exception error)
        {
            LogLost(error, executionId);
            caller?.Fail(error);
        }
    }

    private static CommandEnvelope Envelope(LaneItem.Decide item) => CommandEnvelope.Of(item.Request) with
    {
        Origin = item.Origin is { } origin ? new CommandOrigin(origin.Parent.ExecutionId, origin.Partition, origin.TaskRunId, origin.RestartsFailed) : null,
    };

    [LoggerMessage(LogLevel.Warning, "A command to execution {ExecutionId} could not be handed to the process that owns it")]
    private partial void LogLost(Exception error, string executionId);
}
