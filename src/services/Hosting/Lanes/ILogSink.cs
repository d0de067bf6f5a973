using Kestra.Model.Logs;

namespace Kestra.Hosting.Lanes;

/// <summary>
/// Takes the logs and metrics of runs. What was handed over before the result of a run is durable no later than that result.
/// The buffer is bounded: a writer that is ahead of the database waits.
/// </summary>
public interface ILogSink
{
    ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken);
    ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken);

    /// <summary>Takes the entry when there is room at once.</summary>
    bool TryWrite(LogEntry entry);
    bool TryWrite(MetricEntry entry);
}
