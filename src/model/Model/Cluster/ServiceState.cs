namespace Kestra.Model.Cluster;

/// <summary>The states of a service, in the order of its life.</summary>
public enum ServiceState
{
    CREATED,
    RUNNING,

    /// <summary>Runs what it has, and takes nothing new.</summary>
    MAINTENANCE,
    ERROR,

    /// <summary>Was silent for too long; nobody knows what became of it.</summary>
    DISCONNECTED,
    TERMINATING,
    TERMINATED_GRACEFULLY,

    /// <summary>Ended while it still had work.</summary>
    TERMINATED_FORCED,

    /// <summary>Gone, and what it had has been taken care of.</summary>
    NOT_RUNNING,

    /// <summary>Only its row is left, until that is purged. Versions before 0.22 called it <c>EMPTY</c>.</summary>
    INACTIVE,
}

/// <summary>Which state may follow which, and what states have in common.</summary>
public static class ServiceStates
{
    private static readonly IReadOnlyDictionary<ServiceState, ServiceState[]> Next = new Dictionary<ServiceState, ServiceState[]>
    {
        [ServiceState.CREATED] = [ServiceState.RUNNING, ServiceState.ERROR, ServiceState.DISCONNECTED, ServiceState.TERMINATING, ServiceState.MAINTENANCE],
        [ServiceState.RUNNING] = [ServiceState.ERROR, ServiceState.DISCONNECTED, ServiceState.TERMINATING, ServiceState.MAINTENANCE],
        [ServiceState.MAINTENANCE] = [ServiceState.RUNNING, ServiceState.ERROR, ServiceState.DISCONNECTED, ServiceState.TERMINATING],
        [ServiceState.ERROR] = [ServiceState.TERMINATING],
        [ServiceState.DISCONNECTED] = [ServiceState.TERMINATING, ServiceState.NOT_RUNNING],
        [ServiceState.TERMINATING] = [ServiceState.TERMINATED_GRACEFULLY, ServiceState.TERMINATED_FORCED, ServiceState.NOT_RUNNING],
        [ServiceState.TERMINATED_GRACEFULLY] = [ServiceState.NOT_RUNNING],
        [ServiceState.TERMINATED_FORCED] = [ServiceState.NOT_RUNNING],
        [ServiceState.NOT_RUNNING] = [ServiceState.INACTIVE],
        [ServiceState.INACTIVE] = [],
    };

    /// <summary>The states of services that work, or are about to.</summary>
    public static IReadOnlyList<ServiceState> Running { get; } = [ServiceState.CREATED, ServiceState.RUNNING, ServiceState.MAINTENANCE];

    public static bool CanBecome(this ServiceState state, ServiceState next) => Array.IndexOf(Next[state], next) >= 0;

    public static bool IsRunning(this ServiceState state) => Running.Contains(state);

    /// <summary>Whether the service's end is over, well or badly.</summary>
    public static bool HasEnded(this ServiceState state) =>
        state is ServiceState.TERMINATED_GRACEFULLY or ServiceState.TERMINATED_FORCED or ServiceState.NOT_RUNNING or ServiceState.INACTIVE;
}
