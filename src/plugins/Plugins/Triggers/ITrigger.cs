using NodaTime;

namespace Kestra.Plugins.Triggers;

/// <summary>A trigger of a flow: an immutable object whose properties were bound from the flow's YAML once per revision.</summary>
public interface ITrigger;

/// <summary>A trigger that is a list of dates. It does no work itself; the scheduler creates an execution at each date.</summary>
public interface IScheduleTrigger : ITrigger
{
    /// <summary>The zone that dates are reckoned and shown in; null is the server's.</summary>
    /// <exception cref="TriggerFaultException">The property names no time zone.</exception>
    DateTimeZone? Zone { get; }

    /// <summary>Inputs of the executions; texts in them are expressions.</summary>
    IReadOnlyDictionary<string, object?>? Inputs { get; }

    /// <summary>What becomes of dates that passed while nobody looked; null is the default of the installation.</summary>
    MissedSchedules? RecoverMissedSchedules { get; }

    /// <summary>A date that is later than this is left out; null never leaves one out.</summary>
    Duration? LateMaximumDelay { get; }

    /// <summary>
    /// Whether the dates are single ones rather than a rule. Those that lie in the past when the trigger is new count as missed then,
    /// and an execution has its date as <c>scheduleDate</c> instead of the variables <c>date</c>, <c>next</c> and <c>previous</c>.
    /// </summary>
    bool IsListOfDates => false;

    /// <summary>The first date after another one, in the other one's zone; null when there is none.</summary>
    /// <exception cref="TriggerFaultException">The properties describe no dates, for example a wrong cron expression.</exception>
    ZonedDateTime? Next(ZonedDateTime after);

    /// <summary>The last date before another one, in the other one's zone; null when there is none.</summary>
    /// <exception cref="TriggerFaultException">As for <see cref="Next"/>.</exception>
    ZonedDateTime? Previous(ZonedDateTime before);
}

/// <summary>A trigger that a request to the web server fires.</summary>
public interface IWebhookTrigger : ITrigger
{
    /// <summary>The secret part of the address; may be an expression.</summary>
    string Key { get; }

    /// <summary>Whether the request waits for the end of the execution.</summary>
    bool Wait { get; }
}

/// <summary>What becomes of dates that passed while nobody looked.</summary>
public enum MissedSchedules
{
    /// <summary>One execution, for the latest of them.</summary>
    LAST,

    /// <summary>They are left out.</summary>
    NONE,

    /// <summary>An execution for each, one after the other.</summary>
    ALL,
}

/// <summary>The properties of a trigger, each well-formed, describe nothing that can be done: a wrong cron expression, an unknown time zone.</summary>
/// <param name="message">For the user.</param>
public sealed class TriggerFaultException(string message) : Exception(message);
