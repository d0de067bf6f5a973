namespace Kestra.Hosting.Liveness;

/// <summary>
/// Takes care of what a worker had when it is given up. Both may be asked for more than once for one worker, and by several
/// processes: what was dealt with before is left alone.
/// </summary>
public interface ILostWorkers
{
    /// <summary>Lets everything that the worker had run again as a further attempt.</summary>
    /// <param name="workerId">Id of the worker's service instance, which its claims name.</param>
    /// <returns>How many jobs there were.</returns>
    Task<int> ResubmitAsync(string workerId, CancellationToken cancellationToken);

    /// <summary>Lets everything that the worker had fail.</summary>
    /// <param name="reason">For the logs of the executions.</param>
    /// <returns>How many jobs there were.</returns>
    Task<int> FailAsync(string workerId, string reason, CancellationToken cancellationToken);
}
