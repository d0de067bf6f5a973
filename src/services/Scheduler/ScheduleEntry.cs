using Kestra.Expressions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>A schedule of an enabled flow, with its row as it is stored.</summary>
internal sealed class ScheduleEntry(Flow flow, TriggerDefinition definition, IScheduleTrigger schedule, TriggerConditions conditions, ScheduleDates dates, Trigger row)
{
    public Flow Flow { get; } = flow;

    public TriggerDefinition Definition { get; } = definition;

    public IScheduleTrigger Schedule { get; } = schedule;

    public TriggerConditions Conditions { get; } = conditions;

    public ScheduleDates Dates { get; } = dates;

    public Trigger Row { get; set; } = row;

    public TriggerKey Key => TriggerKey.Of(Row);

    /// <summary>Grows whenever the entry takes a new place in the queue, so that older places are known to be void.</summary>
    public int Place { get; set; }

    /// <summary>A failed firing waits until then.</summary>
    public Instant NotBefore { get; set; } = Instant.MinValue;

    /// <summary>How many ids of the current date are taken by executions of earlier runs over it.</summary>
    public int TakenIds { get; set; }

    /// <summary>When the trigger is to be looked at; null when it waits for something else than a date.</summary>
    public Instant? Due
    {
        get
        {
            if (Row.Disabled || Row.ExecutionId is not null || Row.Backfill is { Paused: true })
            {
                return null;
            }

            var date = Row.Backfill is null ? Row.NextExecutionDate?.ToInstant() : Instant.MinValue;
            return date is { } due ? Instant.Max(due, NotBefore) : null;
        }
    }

    /// <summary>What the dates follow from; another text means other dates.</summary>
    public string Fingerprint { get; } = FingerprintOf(definition);

    private static string FingerprintOf(TriggerDefinition definition)
    {
        List<object?> parts = [definition.Type, definition.Properties];
        foreach (var condition in definition.Conditions ?? [])
        {
            parts.Add(condition.Type);
            parts.Add(condition.Properties);
        }

        return ValueJson.WriteWithNulls(parts);
    }
}
