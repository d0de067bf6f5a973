using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kestra.Hosting.Lanes;

namespace Kestra.Worker.Triggers;

/// <summary>What this worker does for triggers, in the names that dashboards of Kestra ask for. Durations are in seconds.</summary>
internal sealed class TriggerMetrics : IDisposable
{
    private readonly Meter meter = new("Kestra.Worker.Triggers");
    private readonly WorkerOptions options;
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Counter<long> failed;
    private readonly Counter<long> executions;
    private readonly UpDownCounter<long> running;
    private readonly Histogram<double> lasted;

    public TriggerMetrics(WorkerOptions options)
    {
        this.options = options;
        started = meter.CreateCounter<long>("worker.trigger.started.count", description: "trigger evaluations started");
        ended = meter.CreateCounter<long>("worker.trigger.ended.count", description: "trigger evaluations ended");
        failed = meter.CreateCounter<long>("worker.trigger.error.count", description: "trigger evaluations that failed");
        executions = meter.CreateCounter<long>("worker.trigger.execution.count", description: "executions produced by triggers on the worker");
        running = meter.CreateUpDownCounter<long>("worker.trigger.running.count", description: "triggers being evaluated now");
        lasted = meter.CreateHistogram<double>("worker.trigger.duration", description: "trigger evaluation duration");
    }

    public void Dispose() => meter.Dispose();

    public void Started(TriggerJob job)
    {
        var tags = TagsOf(job);
        started.Add(1, tags);
        running.Add(1, tags);
    }

    /// <param name="answer">Null when the run has no answer, because it was stopped.</param>
    public void Ended(TriggerJob job, TriggerAnswer? answer, TimeSpan duration)
    {
        var tags = TagsOf(job);
        running.Add(-1, tags);
        ended.Add(1, tags);
        lasted.Record(duration.TotalSeconds, tags);
        switch (answer)
        {
            case TriggerAnswer.Failed:
                failed.Add(1, tags);
                break;
            case TriggerAnswer.Happened:
                executions.Add(1, tags);
                break;
        }
    }

    /// <summary>A realtime trigger told of an event.</summary>
    public void Happened(TriggerJob job) => executions.Add(1, TagsOf(job));

    private TagList TagsOf(TriggerJob job)
    {
        var tags = new TagList
        {
            { "trigger_type", job.Definition.Type },
            { "namespace_id", job.Key.Namespace },
            { "flow_id", job.Key.FlowId },
            { "tenant_id", job.Key.TenantId },
        };
        if (options.Group is { } group)
        {
            tags.Add("worker_group", group);
        }

        return tags;
    }
}
