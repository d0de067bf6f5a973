using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Jobs;

/// <summary>Knows whether workers of other processes are there, by looking every few seconds.</summary>
/// <param name="localWorkerId">Service id of the worker of this process; null when it has none.</param>
public sealed partial class WorkerPresence(ClusterMembers members, string? localWorkerId, TimeProvider time, ILogger<WorkerPresence> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);

    private volatile bool hasOthers;

    public bool HasOthers => hasOthers;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        do
        {
            try
            {
                hasOthers = (await members.LivingAsync(ServiceType.WORKER, stoppingToken)).Any(worker => worker.Id != localWorkerId);
            }
            catch (StoreUnavailableException away)
            {
                LogAway(away.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static next => next.IsCompletedSuccessfully && next.Result, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
    }

    [LoggerMessage(LogLevel.Debug, "Workers can't be looked for ({Reason})")]
    private partial void LogAway(string reason);
}
