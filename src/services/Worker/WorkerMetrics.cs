using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Worker;

/// <summary>What this worker does, in the names that dashboards of Kestra ask for. Durations are in seconds.</summary>
internal sealed class WorkerMetrics : IDisposable
{
    private readonly Meter meter = new("Kestra.Worker");
    private readonly WorkerOptions options;
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Counter<long> timedOut;
    private readonly Counter<long> killed;
    private readonly Counter<long> tooLarge;
    private readonly UpDownCounter<long> running;
    private readonly Histogram<double> waited;
    private readonly Histogram<double> lasted;
    private int runs;

    /// <param name="pending">Jobs that have come and wait for a slot; null is none.</param>
    public WorkerMetrics(WorkerOptions options, Func<int>? pending = null)
    {
        this.options = options;
        var group = options.Group is { } name ? new[] { KeyValuePair.Create<string, object?>("worker_group", name) } : [];
        started = meter.CreateCounter<long>("worker.started.count", description: "tasks started");
        ended = meter.CreateCounter<long>("worker.ended.count", description: "tasks ended");
        timedOut = meter.CreateCounter<long>("worker.timeout.count", description: "tasks ended by their timeout");
        killed = meter.CreateCounter<long>("worker.killed.count", description: "kill requests received");
        tooLarge = meter.CreateCounter<long>("queue.big_message.count", description: "messages over the protection limit");
        running = meter.CreateUpDownCounter<long>("worker.running.count", description: "tasks running now");
        waited = meter.CreateHistogram<double>("worker.queued.duration", description: "time between the creation of a task run and its start");
        lasted = meter.CreateHistogram<double>("worker.ended.duration", description: "time that a task ran");
        meter.CreateObservableGauge("worker.job.pending", () => new Measurement<int>(pending?.Invoke() ?? 0, group), description: "jobs received and waiting for a worker thread");
        meter.CreateObservableGauge("worker.job.running", () => new Measurement<int>(Volatile.Read(ref runs), group), description: "jobs being run now");
        meter.CreateObservableGauge("worker.job.thread", () => new Measurement<int>(options.EffectiveThreads, group), description: "jobs that may run at the same time");
    }

    public void Dispose() => meter.Dispose();

    public void Started(WorkerJob job, TimeSpan afterCreation)
    {
        Interlocked.Increment(ref runs);
        var tags = TagsOf(job);
        started.Add(1, tags);
        running.Add(1, tags);
        waited.Record(Math.Max(0, afterCreation.TotalSeconds), tags);
    }

    /// <param name="duration">Null when the run has no result, because the worker stopped.</param>
    public void Ended(WorkerJob job, TimeSpan? duration)
    {
        Interlocked.Decrement(ref runs);
        var tags = TagsOf(job);
        running.Add(-1, tags);
        if (duration is { } time)
        {
            ended.Add(1, tags);
            lasted.Record(time.TotalSeconds, tags);
        }
    }

    public void TimedOut(WorkerJob job)
    {
        var tags = TagsOf(job);
        tags.Add("attempt_count", job.Attempt + 1);
        timedOut.Add(1, tags);
    }

    /// <summary>A result was larger than it may be.</summary>
    public void TooLarge() => tooLarge.Add(1, new KeyValuePair<string, object?>("class_name", "io.kestra.core.runners.WorkerTaskResult"));

    public void Killed(KillRequest request) => killed.Add(
        1,
        new KeyValuePair<string, object?>("execution_killed_type", request.TaskRunId is null ? "execution" : "taskrun"),
        new KeyValuePair<string, object?>("tenant_id", request.TenantId));

    private TagList TagsOf(WorkerJob job)
    {
        var tags = new TagList
        {
            { "task_type", job.Task.Type },
            { "namespace_id", job.Namespace },
            { "flow_id", job.FlowId },
            { "tenant_id", job.TenantId },
        };
        if (options.Group is { } group)
        {
            tags.Add("worker_group", group);
        }

        return tags;
    }
}
