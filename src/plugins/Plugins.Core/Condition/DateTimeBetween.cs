using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The date lies after one moment and before another, both excluded.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.DateTimeBetween",
    Aliases = ["io.kestra.core.models.conditions.types.DateTimeBetweenCondition", "io.kestra.plugin.core.condition.DateTimeBetweenCondition"],
    Title = "Condition to allow events between two specific datetime values.")]
public sealed class DateTimeBetween : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    public Property<OffsetDateTime>? Before { get; init; }

    public Property<OffsetDateTime>? After { get; init; }

    public bool Holds(IConditionContext context)
    {
        if (Before is null && After is null)
        {
            throw new InvalidOperationException("Invalid condition with no before nor after");
        }

        var date = ConditionDates.Moment(Date, context).ToInstant();
        return (Before is null || date < Before.Render(context).ToInstant()) && (After is null || date > After.Render(context).ToInstant());
    }
}
