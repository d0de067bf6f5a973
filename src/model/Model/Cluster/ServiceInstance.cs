using NodaTime;

namespace Kestra.Model.Cluster;

/// <summary>One service of one process, as all processes on the same database know it.</summary>
public sealed record ServiceInstance
{
    /// <summary>What happened to a service is kept up to this many events; the oldest go.</summary>
    public const int EventLimit = 50;

    /// <summary>Name of the fact that tells a worker's group.</summary>
    public const string WorkerGroupProp = "worker.group";

    /// <summary>UUID; of a worker, the one that its attempts name.</summary>
    public required string Id { get; init; }
    public required ServiceType Type { get; init; }
    public required ServiceState State { get; init; }
    public required ServerInstance Server { get; init; }
    public required Instant CreatedAt { get; init; }

    /// <summary>The last sign of life, or the last change of state, by the clock of whoever wrote it.</summary>
    public required Instant UpdatedAt { get; init; }
    public IReadOnlyList<ServiceEvent> Events { get; init; } = [];

    /// <summary>The instance's own settings; others judge it by these.</summary>
    public required ServiceConfig Config { get; init; }

    /// <summary>Facts about the service: <c>worker.group</c>.</summary>
    public IReadOnlyDictionary<string, object?> Props { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>The group of a worker; null when it has none.</summary>
    public string? WorkerGroup => Props.GetValueOrDefault(WorkerGroupProp) as string;
    public IReadOnlyList<ServiceMetric> Metrics { get; init; } = [];

    /// <summary>Grows with each write.</summary>
    public long SeqId { get; init; }

    /// <summary>A service that has just come to life.</summary>
    public static ServiceInstance Created(string id, ServiceType type, ServerInstance server, ServiceConfig config, Instant now) => new()
    {
        Id = id,
        Type = type,
        State = ServiceState.CREATED,
        Server = server,
        CreatedAt = now,
        UpdatedAt = now,
        Config = config,
        Events = [new ServiceEvent(now, "Service connected.", ServiceState.CREATED)],
    };

    /// <summary>The instance after a change of state, or after a sign of life when the state stays.</summary>
    /// <param name="reason">A sentence for people; null when there is nothing to say.</param>
    /// <returns>Null when the state may not follow the present one.</returns>
    public ServiceInstance? To(ServiceState state, Instant now, string? reason = null)
    {
        if (state == State)
        {
            return this with { UpdatedAt = now, SeqId = SeqId + 1 };
        }

        return State.CanBecome(state) ? Forced(state, now, reason) : null;
    }

    /// <summary>The instance in another state, whatever it was in.</summary>
    public ServiceInstance Forced(ServiceState state, Instant now, string? reason = null)
    {
        var text = $"Service transitioned to the '{state}' state.";
        var added = new ServiceEvent(now, reason is null ? text : $"{reason} {text}", state);
        return this with { State = state, UpdatedAt = now, SeqId = SeqId + 1, Events = [.. Events.TakeLast(EventLimit - 1), added] };
    }

    /// <summary>Whether the service has given no sign of life for its own time-out. One that does not take part in liveness never has.</summary>
    public bool IsSilent(Instant now) => Config.Liveness.Enabled && UpdatedAt + Config.Liveness.Timeout < now;

    /// <summary>Whether the service is old enough to be declared disconnected.</summary>
    public bool IsPastInitialDelay(Instant now) => CreatedAt + Config.Liveness.InitialDelay < now;

    /// <summary>Whether the grace period has passed since the last sign of life.</summary>
    public bool IsPastGracePeriod(Instant now) => UpdatedAt + Config.TerminationGracePeriod < now;
}

/// <summary>The process that a service runs in.</summary>
/// <param name="Id">Shared by the services of the process, and new with each start.</param>
/// <param name="Version">Of the product.</param>
/// <param name="Props">Facts about the process: <c>server.port</c>, <c>server.management.port</c>.</param>
public sealed record ServerInstance(string Id, ServerKind Kind, string Version, string Hostname, IReadOnlyDictionary<string, object?> Props, IReadOnlyList<ServiceMetric> Metrics);

/// <param name="State">The state that began; old rows do not name it.</param>
public sealed record ServiceEvent(Instant At, string Text, ServiceState? State);

/// <summary>A figure that a service tells about itself with each sign of life.</summary>
/// <param name="Name">As in the metric endpoints: <c>worker.job.running</c>.</param>
/// <param name="Kind"><c>GAUGE</c> or <c>COUNTER</c>.</param>
public sealed record ServiceMetric(string Name, string Kind, string? Description, string? BaseUnit, IReadOnlyList<ServiceMetricTag> Tags, double Value);

public sealed record ServiceMetricTag(string Key, string Value);

/// <summary>What a service was configured with that matters to the others.</summary>
/// <param name="TerminationGracePeriod">How long running work may go on at a stop, and how long a silent worker is waited for.</param>
public sealed record ServiceConfig(Duration TerminationGracePeriod, TaskRestartStrategy Restart, LivenessConfig Liveness)
{
    /// <summary>What Kestra 1.0 does without configuration.</summary>
    public static ServiceConfig Default { get; } = new(
        Duration.FromMinutes(5),
        TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD,
        new LivenessConfig(true, Duration.FromSeconds(5), Duration.FromSeconds(45), Duration.FromSeconds(45), Duration.FromSeconds(3)));
}

/// <param name="Enabled">False keeps the service from being declared disconnected.</param>
/// <param name="Interval">Time between two looks of the coordinator.</param>
/// <param name="Timeout">Silence after which a running service counts as disconnected.</param>
/// <param name="InitialDelay">Age before that can happen.</param>
/// <param name="HeartbeatInterval">Time between two signs of life.</param>
public sealed record LivenessConfig(bool Enabled, Duration Interval, Duration Timeout, Duration InitialDelay, Duration HeartbeatInterval);

/// <summary>What becomes of the task runs of a worker that is gone.</summary>
public enum TaskRestartStrategy
{
    /// <summary>They fail.</summary>
    NEVER,

    /// <summary>They run again as soon as the worker counts as disconnected.</summary>
    IMMEDIATELY,

    /// <summary>They run again when the worker had its grace period to come back or end.</summary>
    AFTER_TERMINATION_GRACE_PERIOD,
}
