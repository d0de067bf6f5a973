using System.Collections.Frozen;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Jobs;

/// <summary>Knows which workers of other processes are there, by looking every few seconds.</summary>
/// <param name="localWorkerId">Service id of the worker of this process; null when it has none.</param>
public sealed partial class WorkerPresence(ClusterMembers members, string? localWorkerId, TimeProvider time, ILogger<WorkerPresence> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);

    // Null until somebody has looked; while the database is away, what was seen last counts.
    private volatile FrozenSet<string>? groups;

    public bool HasOthers => groups is { Count: > 0 };

    /// <summary>Whether a worker of the group is alive. As long as nobody has looked the answer is yes: a task that waits in vain can still be ended, one that was ended can't run.</summary>
    /// <param name="group">Empty for workers without a group.</param>
    public bool HasOthersIn(string group) => groups?.Contains(group) ?? true;

    /// <summary>Looks before the executor decides anything.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static next => next.IsCompletedSuccessfully && next.Result, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default))
        {
            await LookAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var living = await members.LivingAsync(ServiceType.WORKER, cancellationToken);
            groups = living.Where(worker => worker.Id != localWorkerId).Select(static worker => worker.WorkerGroup ?? "").ToFrozenSet(StringComparer.Ordinal);
        }
        catch (StoreUnavailableException away)
        {
            LogAway(away.Message);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Workers can't be looked for ({Reason})")]
    private partial void LogAway(string reason);
}
