using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The time of day lies after one time and before another, both excluded; each has an offset.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.TimeBetween",
    Aliases = ["io.kestra.core.models.conditions.types.TimeBetweenCondition", "io.kestra.plugin.core.condition.TimeBetweenCondition"],
    Title = "Condition to allow events between two specific times.")]
public sealed class TimeBetween : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    public Property<OffsetTime>? Before { get; init; }

    public Property<OffsetTime>? After { get; init; }

    public bool Holds(IConditionContext context)
    {
        if (Before is null && After is null)
        {
            throw new InvalidOperationException("Invalid condition with no before nor after");
        }

        var time = Position(ConditionDates.Moment(Date, context).ToOffsetTime());
        return (Before is null || time < Position(Before.Render(context))) && (After is null || time > Position(After.Render(context)));
    }

    // Times with offsets are compared as moments of one day: 23:30-01:00 comes after 24:00 of UTC.
    private static long Position(OffsetTime time) => time.TimeOfDay.NanosecondOfDay - time.Offset.Nanoseconds;
}
