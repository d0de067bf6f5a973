using Kestra.Executor.Loop;
using Kestra.Hosting.Programs;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Slots;

/// <summary>
/// Sees to it that executions that wait learn of a higher limit, or of none, without waiting for the next end: as long as
/// some wait, the newest revision of their flow is looked at. The executions of a deleted flow go on under its last limit.
/// </summary>
internal sealed partial class QueueLimits(SlotLedger slots, FlowPrograms programs, ExecutorInbox inbox, TimeSpan interval, TimeProvider time, ILogger<QueueLimits> logger)
{
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var flow in slots.FlowsThatWait)
                {
                    await LookAsync(flow, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            LogEnds();
        }
    }

    private async Task LookAsync(FlowKey flow, CancellationToken cancellationToken)
    {
        try
        {
            if (await programs.FindLatestAsync(flow.TenantId, flow.Namespace, flow.FlowId, cancellationToken) is { } program)
            {
                await inbox.PostAsync(new LaneItem.LimitRead(flow, program.Flow.Concurrency?.Limit), cancellationToken);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(flow.Namespace, flow.FlowId, failure);
        }
    }

    [LoggerMessage(LogLevel.Debug, "The watch over queued executions ends with the ownership of their partition")]
    private partial void LogEnds();

    [LoggerMessage(LogLevel.Warning, "The limit of flow {Namespace}.{FlowId} could not be read for its queued executions; it is tried again")]
    private partial void LogFailed(string @namespace, string flowId, Exception failure);
}
