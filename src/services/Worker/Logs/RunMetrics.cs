using Kestra.Hosting.Lanes;
using Kestra.Model.Logs;
using Kestra.Plugins;
using NodaTime;

namespace Kestra.Worker.Logs;

/// <summary>Hands over the metrics of one run.</summary>
internal sealed class RunMetrics(RunIdentity run, ILogSink sink, TimeProvider time) : IRunMetrics
{
    public void Counter(string name, double value, params ReadOnlySpan<KeyValuePair<string, string>> tags) => Write(MetricType.counter, name, value, tags);

    public void Timer(string name, Duration value, params ReadOnlySpan<KeyValuePair<string, string>> tags) => Write(MetricType.timer, name, value.TotalMilliseconds, tags);

    private void Write(MetricType type, string name, double value, ReadOnlySpan<KeyValuePair<string, string>> tags)
    {
        // A trigger's evaluation has no execution that its metrics could belong to.
        if (run.ExecutionId is null || run.TaskRun is null)
        {
            return;
        }

        var map = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, text) in tags)
        {
            map[key] = text;
        }

        var entry = new MetricEntry(
            run.TenantId, run.Namespace, run.FlowId, run.TaskRun.TaskId, run.ExecutionId, run.TaskRun.Id,
            type, name, value, Instant.FromDateTimeOffset(time.GetUtcNow()), map, run.Kind);
        if (!sink.TryWrite(entry))
        {
            sink.WriteAsync(entry, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}
