using System.Threading.Channels;
using Kestra.Model.Logs;

namespace Kestra.Hosting.Lanes;

/// <summary>The buffer between runs and the writer of the database: bounded; many write, and who takes out takes alone.</summary>
/// <param name="capacity">Entries that may wait; a writer beyond it waits for room.</param>
public sealed class LogBuffer(int capacity) : ILogSink
{
    private readonly Channel<LogEntry> logs = Channel.CreateBounded<LogEntry>(Options(capacity));
    private readonly Channel<MetricEntry> metrics = Channel.CreateBounded<MetricEntry>(Options(capacity));

    private readonly Lock draining = new();

    /// <summary>Called after an entry was taken, on the writer's thread; must return at once.</summary>
    public Action? Arrived { get; set; }

    public async ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        await logs.Writer.WriteAsync(entry, cancellationToken);
        Arrived?.Invoke();
    }

    public async ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken)
    {
        await metrics.Writer.WriteAsync(entry, cancellationToken);
        Arrived?.Invoke();
    }

    public bool TryWrite(LogEntry entry) => Taken(logs.Writer.TryWrite(entry));

    public bool TryWrite(MetricEntry entry) => Taken(metrics.Writer.TryWrite(entry));

    public bool HasEntries => logs.Reader.Count > 0 || metrics.Reader.Count > 0;

    /// <summary>Moves what is waiting into the lists, at most <paramref name="limit"/> entries of each kind.</summary>
    public void Drain(List<LogEntry> logEntries, List<MetricEntry> metricEntries, int limit)
    {
        lock (draining)
        {
            DrainAlone(logEntries, metricEntries, limit);
        }
    }

    private void DrainAlone(List<LogEntry> logEntries, List<MetricEntry> metricEntries, int limit)
    {
        while (logEntries.Count < limit && logs.Reader.TryRead(out var entry))
        {
            logEntries.Add(entry);
        }

        while (metricEntries.Count < limit && metrics.Reader.TryRead(out var entry))
        {
            metricEntries.Add(entry);
        }
    }

    private bool Taken(bool taken)
    {
        if (taken)
        {
            Arrived?.Invoke();
        }

        return taken;
    }

    private static BoundedChannelOptions Options(int capacity) => new(capacity) { AllowSynchronousContinuations = false };
}
