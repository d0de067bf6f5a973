using Kestra.Model.Executions;
using Kestra.Plugins.Description;
using NodaTime;

namespace Kestra.Plugins.Triggers;

/// <summary>A trigger that changes of other flows' executions fire.</summary>
public interface IFlowTrigger : ITrigger
{
    /// <summary>States whose reaching is looked at.</summary>
    IReadOnlyList<StateType> States { get; }

    /// <summary>Inputs of the executions; texts in them are expressions.</summary>
    IReadOnlyDictionary<string, object?>? Inputs { get; }

    /// <summary>What has to have happened within a window of time; null when each execution counts by itself.</summary>
    IMultipleCondition? Preconditions { get; }
}

/// <summary>Conditions that several executions have to meet together within a window of time.</summary>
public interface IMultipleCondition : ICondition
{
    /// <summary>Names the record that remembers what was met; unique in its flow.</summary>
    string Id { get; }

    /// <summary>The parts by key; each is tested against every execution, and once met stays so for the window.</summary>
    IReadOnlyDictionary<string, ICondition> Parts { get; }
    TimeWindow Window { get; }

    /// <summary>The record is forgotten when all parts were met; otherwise every further execution of the window fires again.</summary>
    bool ResetOnSuccess { get; }
}

public enum TimeWindowType { DURATION_WINDOW, SLIDING_WINDOW, DAILY_TIME_WINDOW, DAILY_TIME_DEADLINE }

/// <summary>The span of time in which the parts of a multiple condition have to be met.</summary>
[DefinitionName("io.kestra.core.models.triggers.TimeWindow")]
public sealed class TimeWindow : ISelfChecking
{
    public TimeWindowType Type { get; init; } = TimeWindowType.DURATION_WINDOW;

    /// <summary>DAILY_TIME_DEADLINE: the window ends there each day.</summary>
    public LocalTime? Deadline { get; init; }

    /// <summary>Length; a day when absent.</summary>
    public Duration? Window { get; init; }

    /// <summary>DURATION_WINDOW: moves its start.</summary>
    public Duration? WindowAdvance { get; init; }

    /// <summary>DAILY_TIME_WINDOW.</summary>
    public LocalTime? StartTime { get; init; }

    /// <summary>DAILY_TIME_WINDOW.</summary>
    public LocalTime? EndTime { get; init; }

    public IEnumerable<PluginBindingFault> Check()
    {
        var isDaily = Type is TimeWindowType.DAILY_TIME_WINDOW or TimeWindowType.DAILY_TIME_DEADLINE;
        if (isDaily && Window is not null)
        {
            yield return Cannot("window");
        }

        if (Type != TimeWindowType.DURATION_WINDOW && WindowAdvance is not null)
        {
            yield return Cannot("window advance");
        }

        if (Type != TimeWindowType.DAILY_TIME_DEADLINE && Deadline is not null)
        {
            yield return Cannot("deadline");
        }

        if (Type != TimeWindowType.DAILY_TIME_WINDOW && StartTime is not null)
        {
            yield return Cannot("start time");
        }

        if (Type != TimeWindowType.DAILY_TIME_WINDOW && EndTime is not null)
        {
            yield return Cannot("end time");
        }

        if (Type == TimeWindowType.DAILY_TIME_DEADLINE && Deadline is null)
        {
            yield return Must("deadline");
        }

        if (Type == TimeWindowType.DAILY_TIME_WINDOW && StartTime is null)
        {
            yield return Must("start time");
        }

        if (Type == TimeWindowType.DAILY_TIME_WINDOW && EndTime is null)
        {
            yield return Must("end time");
        }
    }

    private PluginBindingFault Cannot(string what) => new("", $"Time window of type `{Type}` cannot have a{(what[0] is 'e' ? "n" : "")} {what}.");

    private PluginBindingFault Must(string what) => new("", $"Time window of type `{Type}` must have a{(what[0] is 'e' ? "n" : "")} {what}.");
}
