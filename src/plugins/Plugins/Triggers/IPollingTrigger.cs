using NodaTime;

namespace Kestra.Plugins.Triggers;

/// <summary>A trigger that a worker asks, again and again, whether something has happened.</summary>
public interface IPollingTrigger : ITrigger
{
    /// <summary>From one evaluation to the next.</summary>
    Duration Interval { get; }

    /// <summary>Looks once.</summary>
    /// <returns>The variables of the execution to create; null when nothing has happened.</returns>
    /// <exception cref="Exception">It could not be found out; the message is for the user.</exception>
    Task<IReadOnlyDictionary<string, object?>?> EvaluateAsync(IRunContext context, CancellationToken cancellationToken);
}

/// <summary>A trigger that runs as long as it is enabled, and tells of each event as it comes.</summary>
public interface IRealtimeTrigger : ITrigger
{
    /// <summary>Runs until cancelled.</summary>
    /// <param name="context">Of this run; an item of the sequence is the variables of one execution to create.</param>
    IAsyncEnumerable<IReadOnlyDictionary<string, object?>> RunAsync(IRunContext context, CancellationToken cancellationToken);
}
