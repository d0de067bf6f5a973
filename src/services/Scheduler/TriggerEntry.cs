using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>A trigger of an enabled flow that the scheduler looks after, with its row as it is stored.</summary>
internal abstract class TriggerEntry(Flow flow, TriggerDefinition definition, TriggerFingerprint fingerprint, TriggerConditions conditions, Trigger row)
{
    public Flow Flow { get; } = flow;

    public TriggerDefinition Definition { get; } = definition;

    public TriggerConditions Conditions { get; } = conditions;

    public Trigger Row { get; set; } = row;

    public TriggerKey Key => TriggerKey.Of(Row);

    /// <summary>Grows whenever the entry takes a new place in the queue, so that older places are known to be void.</summary>
    public int Place { get; set; }

    /// <summary>It has a place in the queue.</summary>
    public bool IsQueued { get; set; }

    /// <summary>A failed firing waits until then.</summary>
    public Instant NotBefore { get; set; } = Instant.MinValue;

    /// <summary>How many ids of the current date are taken by executions of earlier runs over it.</summary>
    public int TakenIds { get; set; }

    /// <summary>When the trigger is to be looked at; null when it waits for something else than a date.</summary>
    public abstract Instant? Due { get; }

    public TriggerFingerprint Fingerprint { get; } = fingerprint;

    /// <summary>The row of a trigger that nobody has watched for a while: the server was down, the flow or the trigger disabled.</summary>
    /// <param name="standard">What becomes of missed dates where the trigger does not say.</param>
    /// <param name="isRunning">A worker evaluates the trigger, as it is declared now.</param>
    public abstract Trigger Resume(Trigger row, MissedSchedules standard, bool isRunning, Instant now);

    /// <summary>The row of a trigger that has become another one.</summary>
    public abstract Trigger Redefine(Trigger row, Instant now);

    /// <summary>The row with its next date reckoned anew from now.</summary>
    public abstract Trigger Reschedule(Trigger row, Instant now);

    /// <summary>The row after the execution that held the trigger has ended.</summary>
    /// <param name="end">Null when the execution is gone without a trace.</param>
    public abstract Trigger Released(StateType? end, MissedSchedules standard, Instant now);
}
