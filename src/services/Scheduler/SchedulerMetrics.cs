using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>What the scheduler does, in the names that dashboards of Kestra ask for. Durations are in seconds.</summary>
internal sealed class SchedulerMetrics : IDisposable
{
    private readonly Meter meter = new("Kestra.Scheduler");
    private readonly Counter<long> loops;
    private readonly Histogram<double> loopDuration;
    private readonly Counter<long> evaluated;
    private readonly Counter<long> fired;
    private readonly Histogram<double> delay;
    private readonly Histogram<double> locked;
    private readonly Histogram<double> evaluation;
    private readonly Histogram<double> missing;
    private readonly Counter<long> dropped;
    private readonly Counter<long> failed;

    public SchedulerMetrics()
    {
        loops = meter.CreateCounter<long>("scheduler.loop.count", description: "evaluation loops");
        loopDuration = meter.CreateHistogram<double>("scheduler.evaluation.loop.duration", description: "duration of one evaluation loop");
        evaluated = meter.CreateCounter<long>("scheduler.evaluate.count", description: "triggers evaluated");
        fired = meter.CreateCounter<long>("scheduler.trigger.count", description: "executions produced");
        delay = meter.CreateHistogram<double>("scheduler.trigger.delay.duration", description: "delay between the scheduled date and the creation of the execution");
        locked = meter.CreateHistogram<double>("scheduler.execution.lock.duration", description: "time a trigger is locked by a running execution");
        evaluation = meter.CreateHistogram<double>("scheduler.trigger.evaluation.duration", description: "evaluation duration of schedulable triggers");
        missing = meter.CreateHistogram<double>("scheduler.execution.missing.duration", description: "time an execution created by the scheduler stays unknown");
        dropped = meter.CreateCounter<long>("scheduler.evaluation.dropped.count", description: "evaluations put off because the workers are behind");
        failed = meter.CreateCounter<long>("scheduler.evaluation.failed.count", description: "evaluations of watched triggers that failed");
    }

    public void Dispose() => meter.Dispose();

    /// <summary>One round of the loop in which something was due.</summary>
    public void Looped(int triggers, TimeSpan duration)
    {
        loops.Add(1);
        evaluated.Add(triggers);
        loopDuration.Record(duration.TotalSeconds);
    }

    public void Fired(Trigger row, string state, Duration late)
    {
        var tags = TagsOf(row);
        tags.Add("state", state);
        fired.Add(1, tags);
        delay.Record(Math.Max(0, late.TotalSeconds), tags);
    }

    public void Released(Trigger row, Duration held) => locked.Record(Math.Max(0, held.TotalSeconds), TagsOf(row));

    /// <summary>A trigger was released because the execution that held it does not exist.</summary>
    public void Missing(Trigger row, Duration held) => missing.Record(Math.Max(0, held.TotalSeconds), TagsOf(row));

    /// <summary>It was found out whether, and with what, a schedule fires.</summary>
    public void Evaluated(string triggerType, TimeSpan duration) => evaluation.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("trigger_type", triggerType));

    public void Dropped(string triggerType) => dropped.Add(1, new KeyValuePair<string, object?>("trigger_type", triggerType));

    public void Answered(string triggerType, TriggerAnswer answer)
    {
        if (answer is TriggerAnswer.Failed)
        {
            failed.Add(1, new KeyValuePair<string, object?>("trigger_type", triggerType));
        }
    }

    private static TagList TagsOf(Trigger row) => new()
    {
        { "flow_id", row.FlowId },
        { "namespace_id", row.Namespace },
        { "tenant_id", row.TenantId },
    };
}
