using System.Globalization;
using Kestra.Model.Cluster;
using Kestra.Storage.Cluster;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Hosting.Liveness;

/// <summary>
/// Looks after the services of all processes: declares silent ones disconnected, lets the tasks of lost workers run again,
/// and puts away what has ended. Every executor does this; a row is dealt with by whoever holds it first.
/// </summary>
/// <param name="lostWorkers">Null where no worker takes jobs of other processes, so that none can be lost.</param>
/// <param name="findGone">Executors whose process has lost its place in the database without leaving; null where nobody knows.</param>
public sealed partial class LivenessCoordinator(
    IServiceInstanceRepository repository,
    MemberServer server,
    TimeProvider time,
    ILogger<LivenessCoordinator> logger,
    ILostWorkers? lostWorkers = null,
    Func<CancellationToken, Task<IReadOnlyList<string>>>? findGone = null)
{
    private const string Silent = "The service was detected as non-responsive after the session timeout.";
    private const string Gone = "The service was detected as non-responsive or terminated after termination grace period.";

    private static readonly ServiceState[] Watched = [.. Enum.GetValues<ServiceState>().Where(static state => state != ServiceState.INACTIVE)];

    private const string Dead = "The process of the service has ended.";

    // A process that lives has given more than one sign of life in this time.
    private const int HeartbeatsOfTheDead = 2;

    private HashSet<string> known = new(StringComparer.Ordinal);
    private HashSet<string> suspected = new(StringComparer.Ordinal);
    private HashSet<string> dead = new(StringComparer.Ordinal);

    /// <summary>One look at all services. A service that cannot be dealt with now is left for the next look, and keeps none of the others waiting.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var instances = await repository.FindAllAsync(Watched, cancellationToken);
        TellNew(instances);
        await FindDeadAsync(instances, cancellationToken);
        await RestartAfterAsync("timeout", instances.Where(static one => one.Config.Restart == TaskRestartStrategy.IMMEDIATELY), IsLost, DisconnectAsync, cancellationToken);
        foreach (var instance in instances.Where(one => one.Config.Restart != TaskRestartStrategy.IMMEDIATELY || one.Type != ServiceType.WORKER).Where(IsLost))
        {
            await DealAsync(instance, IsLost, DisconnectAsync, cancellationToken);
        }

        if (dead.Count > 0)
        {
            // They have no grace period: what was declared lost above is put away at once.
            instances = await repository.FindAllAsync(Watched, cancellationToken);
        }

        await RestartAfterAsync("termination grace period", instances, IsOver, PutAwayAsync, cancellationToken);
        foreach (var instance in instances.Where(one => one.Type != ServiceType.WORKER && IsOver(one)))
        {
            await DealAsync(instance, IsOver, PutAwayAsync, cancellationToken);
        }

        foreach (var instance in instances.Where(IsPutAway))
        {
            await DealAsync(instance, IsPutAway, (stored, _) => Task.FromResult(stored.To(ServiceState.INACTIVE, Now())), cancellationToken);
        }
    }

    // When the database was away, all have lost their places. So one is given up only when it is missing at the next look too, and has given no sign of life.
    private async Task FindDeadAsync(IReadOnlyList<ServiceInstance> instances, CancellationToken cancellationToken)
    {
        var gone = findGone is null ? [] : await findGone(cancellationToken);
        var missing = instances.Where(one => one.Type == ServiceType.EXECUTOR && gone.Contains(one.Id)).Select(static one => one.Server.Id).ToHashSet(StringComparer.Ordinal);
        dead = missing.Where(suspected.Contains).ToHashSet(StringComparer.Ordinal);
        suspected = missing;
    }

    private async Task RestartAfterAsync(
        string what,
        IEnumerable<ServiceInstance> instances,
        Func<ServiceInstance, bool> applies,
        Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work,
        CancellationToken cancellationToken)
    {
        var workers = instances.Where(one => one.Type == ServiceType.WORKER && applies(one)).ToList();
        var silent = workers.Where(static one => one.State is not (ServiceState.TERMINATED_GRACEFULLY or ServiceState.TERMINATED_FORCED) && one.Config.Restart != TaskRestartStrategy.NEVER).Select(static one => one.Id).ToList();
        if (silent.Count > 0)
        {
            LogRestarts(what, string.Join(", ", silent));
        }

        foreach (var worker in workers)
        {
            await DealAsync(worker, applies, work, cancellationToken);
        }
    }

    // What was read before may have changed, so the case is judged again by the row that is held.
    private async Task DealAsync(ServiceInstance instance, Func<ServiceInstance, bool> applies, Func<ServiceInstance, CancellationToken, Task<ServiceInstance?>> work, CancellationToken cancellationToken)
    {
        try
        {
            await repository.HoldAsync(
                instance.Id,
                (stored, cancellation) => applies(stored) ? work(stored, cancellation) : Task.FromResult<ServiceInstance?>(null),
                cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogPostponed(error, Name(instance), instance.State);
        }
    }

    private async Task<ServiceInstance?> DisconnectAsync(ServiceInstance stored, CancellationToken cancellationToken)
    {
        var isDead = IsDead(stored);
        if (isDead)
        {
            LogDead(Name(stored));
        }
        else
        {
            LogSilent(Name(stored), "timeout", Milliseconds(stored.Config.Liveness.Timeout));
        }

        if (stored is { Type: ServiceType.WORKER, Config.Restart: TaskRestartStrategy.IMMEDIATELY })
        {
            await ResubmitAsync(stored, cancellationToken);
        }

        return stored.To(ServiceState.DISCONNECTED, Now(), isDead ? Dead : Silent);
    }

    private async Task<ServiceInstance?> PutAwayAsync(ServiceInstance stored, CancellationToken cancellationToken)
    {
        var isDead = dead.Contains(stored.Server.Id);
        if (!isDead && stored.State is (ServiceState.DISCONNECTED or ServiceState.TERMINATING))
        {
            LogSilent(Name(stored), "termination grace period", Milliseconds(stored.Config.TerminationGracePeriod));
        }

        if (stored.Type == ServiceType.WORKER)
        {
            await TakeCareAsync(stored, cancellationToken);
        }

        return stored.To(ServiceState.NOT_RUNNING, Now(), isDead ? Dead : Gone);
    }

    // A worker that ended well has given back what it had not begun; what it could not give back has not been run by anybody.
    private Task TakeCareAsync(ServiceInstance worker, CancellationToken cancellationToken) =>
        worker.Config.Restart == TaskRestartStrategy.NEVER && worker.State != ServiceState.TERMINATED_GRACEFULLY
            ? FailAsync(worker, cancellationToken)
            : ResubmitAsync(worker, cancellationToken);

    private async Task ResubmitAsync(ServiceInstance worker, CancellationToken cancellationToken)
    {
        if (lostWorkers is not null && await lostWorkers.ResubmitAsync(worker.Id, cancellationToken) is > 0 and var count)
        {
            LogResubmitted(count, Name(worker));
        }
    }

    private async Task FailAsync(ServiceInstance worker, CancellationToken cancellationToken)
    {
        var reason = $"The worker {worker.Id} on {worker.Server.Hostname} that ran this task is gone, and 'kestra.server.worker-task-restart-strategy: NEVER' keeps the task from running again.";
        if (lostWorkers is not null && await lostWorkers.FailAsync(worker.Id, reason, cancellationToken) is > 0 and var count)
        {
            LogFailed(count, Name(worker));
        }
    }

    private bool IsLost(ServiceInstance instance) =>
        instance.State.IsRunning() && instance.Server.Id != server.Instance.Id && Now() is var now && (IsDead(instance) || (instance.IsPastInitialDelay(now) && instance.IsSilent(now)));

    private bool IsDead(ServiceInstance instance) =>
        dead.Contains(instance.Server.Id) && instance.Config.Liveness is { Enabled: true } liveness && instance.UpdatedAt + (liveness.HeartbeatInterval * HeartbeatsOfTheDead) < Now();

    private bool IsOver(ServiceInstance instance) => instance.State switch
    {
        ServiceState.DISCONNECTED => dead.Contains(instance.Server.Id) || instance.IsPastGracePeriod(Now()),
        ServiceState.TERMINATING => IsDead(instance) || instance.IsPastGracePeriod(Now()),
        ServiceState.TERMINATED_GRACEFULLY or ServiceState.TERMINATED_FORCED => instance.Type == ServiceType.WORKER || instance.IsPastGracePeriod(Now()),
        _ => false,
    };

    private static bool IsPutAway(ServiceInstance instance) => instance.State == ServiceState.NOT_RUNNING;

    private void TellNew(IReadOnlyList<ServiceInstance> instances)
    {
        var present = instances.Where(static one => one.State.IsRunning()).ToList();
        foreach (var instance in present.Where(one => !known.Contains(one.Id)))
        {
            LogNew(Name(instance), instance.CreatedAt);
        }

        known = present.Select(static one => one.Id).ToHashSet(StringComparer.Ordinal);
    }

    private Instant Now() => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static long Milliseconds(Duration duration) => (long)duration.TotalMilliseconds;

    private static string Name(ServiceInstance instance) => string.Create(CultureInfo.InvariantCulture, $"[id={instance.Id}, type={instance.Type}, hostname={instance.Server.Hostname}]");

    [LoggerMessage(LogLevel.Information, "Detected new service {Service} (started at: {CreatedAt}).")]
    private partial void LogNew(string service, Instant createdAt);

    [LoggerMessage(LogLevel.Warning, "Detected non-responding service {Service} after {What} ({Duration}ms).")]
    private partial void LogSilent(string service, string what, long duration);

    [LoggerMessage(LogLevel.Warning, "The process of {Service} has ended: the database has closed its session, and it gives no sign of life")]
    private partial void LogDead(string service);

    [LoggerMessage(LogLevel.Warning, "Trigger task restart for non-responding workers after {What}: [{Workers}].")]
    private partial void LogRestarts(string what, string workers);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs of {Service} are submitted again")]
    private partial void LogResubmitted(int count, string service);

    [LoggerMessage(LogLevel.Warning, "{Count} jobs of {Service} have failed, because its tasks are not to run again (kestra.server.worker-task-restart-strategy)")]
    private partial void LogFailed(int count, string service);

    [LoggerMessage(LogLevel.Error, "The service {Service} in state {State} could not be dealt with and is looked at again")]
    private partial void LogPostponed(Exception error, string service, ServiceState state);
}
