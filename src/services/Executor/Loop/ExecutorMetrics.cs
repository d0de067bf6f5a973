using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Plugins.Flowables;

namespace Kestra.Executor.Loop;

/// <summary>What this executor decides, in the names that dashboards of Kestra ask for. Durations are in seconds.</summary>
internal sealed class ExecutorMetrics : IDisposable
{
    private static readonly string[] Delays = ["schedule", "pause", "pause-timeout", "retry", "loop"];

    private readonly Meter meter = new("Kestra.Executor");
    private readonly Counter<long> runsCreated;
    private readonly Counter<long> runsEnded;
    private readonly Histogram<double> runsLasted;
    private readonly Counter<long> flowables;
    private readonly Counter<long> started;
    private readonly Counter<long> ended;
    private readonly Histogram<double> lasted;
    private readonly Histogram<double> processed;
    private readonly Counter<long> killed;
    private readonly Counter<long> slaExpired;
    private readonly Counter<long> slaViolated;
    private readonly Counter<long> delaysCreated;
    private readonly Counter<long> delaysEnded;
    private readonly Counter<long> queued;
    private readonly Counter<long> popped;
    private readonly Counter<long> tooLarge;

    public ExecutorMetrics()
    {
        meter.CreateObservableGauge("executor.thread.count", static () => Environment.ProcessorCount, description: "threads that decide and evaluate");
        runsCreated = meter.CreateCounter<long>("executor.taskrun.created.count", description: "task runs created");
        runsEnded = meter.CreateCounter<long>("executor.taskrun.ended.count", description: "task runs ended");
        runsLasted = meter.CreateHistogram<double>("executor.taskrun.ended.duration", description: "time from the creation of a task run to its end");
        flowables = meter.CreateCounter<long>("executor.flowable.execution.count", description: "flowable tasks begun");
        started = meter.CreateCounter<long>("executor.execution.started.count", description: "executions started");
        ended = meter.CreateCounter<long>("executor.execution.end.count", description: "executions ended");
        lasted = meter.CreateHistogram<double>("executor.execution.duration", description: "execution duration");
        processed = meter.CreateHistogram<double>("executor.execution.message.process", description: "duration of processing one execution message");
        killed = meter.CreateCounter<long>("executor.killed.count", description: "kill events received by the executor");
        slaExpired = meter.CreateCounter<long>("executor.sla.expired.count", description: "MAX_DURATION SLA that expired");
        slaViolated = meter.CreateCounter<long>("executor.sla.violation.count", description: "SLA violations");
        delaysCreated = meter.CreateCounter<long>("executor.execution.delay.created.count", description: "execution delays created (pause, retry, loop wait)");
        delaysEnded = meter.CreateCounter<long>("executor.execution.delay.ended.count", description: "execution delays ended");
        queued = meter.CreateCounter<long>("executor.execution.queued.count", description: "executions put in QUEUED by a concurrency limit");
        popped = meter.CreateCounter<long>("executor.execution.popped.count", description: "queued executions popped");
        tooLarge = meter.CreateCounter<long>("queue.big_message.count", description: "messages over the protection limit");
    }

    public void Dispose() => meter.Dispose();

    /// <summary>An execution was larger than it may be.</summary>
    public void TooLarge() => tooLarge.Add(1, new KeyValuePair<string, object?>("class_name", "io.kestra.core.models.executions.Execution"));

    /// <summary>A command was decided.</summary>
    /// <param name="before">SLAs that were violated before it.</param>
    public void Decided(ActiveExecution execution, Command command, Decision decision, int before, TimeSpan duration)
    {
        processed.Record(duration.TotalSeconds, TagsOf(execution));
        switch (command)
        {
            case Command.Kill:
                killed.Add(1, new KeyValuePair<string, object?>("execution_killed_type", "execution"), new KeyValuePair<string, object?>("tenant_id", execution.State.TenantId));
                break;
            case Command.TimerFired fired when IsOf(fired.Key, "sla"):
                slaExpired.Add(1, TagsOf(execution));
                break;
            case Command.TimerFired fired when IsDelay(fired.Key):
                delaysEnded.Add(1, TagsOf(execution));
                break;
        }

        if (execution.State.ViolatedSlas is var now && now > before)
        {
            slaViolated.Add(now - before, TagsOf(execution));
        }

        if (decision.IsTooLarge)
        {
            TooLarge();
        }

        Count(execution, decision);
    }

    private void Count(ActiveExecution execution, Decision decision)
    {
        foreach (var fact in decision.Events)
        {
            switch (fact)
            {
                case ExecutionEvent.RunSet set:
                    Count(execution, set.Run);
                    break;
                case ExecutionEvent.StateChanged change:
                    Count(execution, change.State);
                    break;
            }
        }

        foreach (var effect in decision.Effects)
        {
            switch (effect)
            {
                case Effect.SetTimer set when IsDelay(set.Key):
                    delaysCreated.Add(1, TagsOf(execution));
                    break;
                case Effect.WaitForSlot:
                    queued.Add(1, TagsOf(execution));
                    break;
            }
        }
    }

    private void Count(ActiveExecution execution, TaskRun run)
    {
        var histories = run.State.Histories;
        if (run.State.Current == StateType.CREATED && histories.Count == 1)
        {
            runsCreated.Add(1, TagsOf(execution));
            if (execution.Program.Find(run.TaskId) is { Plugin: IFlowableTask } node)
            {
                flowables.Add(1, new KeyValuePair<string, object?>("task_type", node.Definition.Type));
            }
        }
        else if (run.State.Current.IsTerminated)
        {
            var tags = TagsOf(execution, run.State.Current);
            runsEnded.Add(1, tags);
            runsLasted.Record((histories[^1].Date - histories[0].Date).TotalSeconds, tags);
        }
    }

    private void Count(ActiveExecution execution, StateType state)
    {
        var histories = execution.State.Histories;
        if (state == StateType.RUNNING)
        {
            if (histories.Count(static one => one.State == StateType.RUNNING) == 1)
            {
                started.Add(1, TagsOf(execution));
            }

            if (WasQueued(histories))
            {
                popped.Add(1, TagsOf(execution));
            }
        }
        else if (state.IsTerminated)
        {
            var tags = TagsOf(execution, state);
            ended.Add(1, tags);
            lasted.Record((histories[^1].Date - histories[0].Date).TotalSeconds, tags);
        }
    }

    // The last time that it ran, it came out of the queue.
    private static bool WasQueued(IReadOnlyList<StateHistory> histories)
    {
        for (var index = histories.Count - 1; index > 0; index--)
        {
            if (histories[index].State == StateType.RUNNING)
            {
                return histories[index - 1].State == StateType.QUEUED;
            }
        }

        return false;
    }

    private static bool IsDelay(string key) => Array.Exists(Delays, kind => IsOf(key, kind));

    private static bool IsOf(string key, string kind)
    {
        var begin = key.IndexOf(':', StringComparison.Ordinal) + 1;
        return begin > 0 && key.AsSpan(begin).StartsWith(kind, StringComparison.Ordinal) && begin + kind.Length < key.Length && key[begin + kind.Length] == ':';
    }

    private static TagList TagsOf(ActiveExecution execution, StateType? state = null) => new()
    {
        { "flow_id", execution.State.FlowId },
        { "namespace_id", execution.State.Namespace },
        { "state", (state ?? execution.State.Current).ToString() },
        { "tenant_id", execution.State.TenantId },
    };
}
