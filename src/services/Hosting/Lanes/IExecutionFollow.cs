using Kestra.Model.Executions;
using Kestra.Model.Logs;

namespace Kestra.Hosting.Lanes;

/// <summary>Live changes for those who watch; nothing is kept for those who do not.</summary>
public interface IExecutionFollow
{
    /// <summary>The execution now, then after each durable change, until it has ended with its afterExecution tasks. A slow reader gets the newest state and misses steps between.</summary>
    /// <exception cref="KeyNotFoundException">No such execution.</exception>
    IAsyncEnumerable<Execution> FollowAsync(string tenantId, string executionId, CancellationToken cancellationToken);

    /// <summary>Waits for the end of an execution.</summary>
    /// <exception cref="KeyNotFoundException">No such execution.</exception>
    Task<Execution> WaitForEndAsync(string tenantId, string executionId, CancellationToken cancellationToken);
}

public interface ILogFollow
{
    /// <summary>Log entries of one execution as they become durable, beginning with those already stored; ends when the execution has ended.</summary>
    IAsyncEnumerable<LogEntry> FollowAsync(string tenantId, string executionId, LogLevel? minLevel, CancellationToken cancellationToken);
}

/// <summary>Ends of executions, for those who act on them: flow triggers, triggers that wait for their execution.</summary>
public interface IExecutionEnds
{
    /// <summary>Hands every execution that ended in this process to a handler, until disposed. The handler must return at once.</summary>
    IDisposable SubscribeEnded(Action<Execution> handler);
}
