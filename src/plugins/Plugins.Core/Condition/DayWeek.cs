using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Condition;

public enum WeekDay { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY }

/// <summary>The date is on one day of the week.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.DayWeek",
    Aliases = ["io.kestra.core.models.conditions.types.DayWeekCondition", "io.kestra.plugin.core.condition.DayWeekCondition"],
    Title = "Condition for a specific day of the week.")]
public sealed class DayWeek : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    [PluginProperty(Required = true)]
    public Property<WeekDay>? DayOfWeek { get; init; }

    public bool Holds(IConditionContext context) => WeekDays.Of(ConditionDates.Day(Date, context)) == DayOfWeek.Render(context);
}

/// <summary>The date is the first, second … or last of its kind in its month.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.DayWeekInMonth",
    Aliases = ["io.kestra.core.models.conditions.types.DayWeekInMonthCondition", "io.kestra.plugin.core.condition.DayWeekInMonthCondition"],
    Title = "Condition to execute tasks on a specific day of the week relative to the current month (first, last, ...)")]
public sealed class DayWeekInMonth : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    [PluginProperty(Required = true)]
    public Property<WeekDay>? DayOfWeek { get; init; }

    [PluginProperty(Required = true)]
    public Property<DayInMonth>? DayInMonth { get; init; }

    public bool Holds(IConditionContext context)
    {
        var date = ConditionDates.Day(Date, context);
        if (WeekDays.Of(date) != DayOfWeek.Render(context))
        {
            return false;
        }

        var ordinal = (date.Day - 1) / 7;
        return DayInMonth.Render(context) switch
        {
            Condition.DayInMonth.LAST => date.PlusWeeks(1).Month != date.Month,
            Condition.DayInMonth.FIRST => ordinal == 0,
            Condition.DayInMonth.SECOND => ordinal == 1,
            Condition.DayInMonth.THIRD => ordinal == 2,
            _ => ordinal == 3,
        };
    }
}

public enum DayInMonth { FIRST, LAST, SECOND, THIRD, FOURTH }

/// <summary>The date is on a Saturday or Sunday.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.Weekend",
    Aliases = ["io.kestra.core.models.conditions.types.WeekendCondition", "io.kestra.plugin.core.condition.WeekendCondition"],
    Title = "Condition to allow events on weekends.")]
public sealed class Weekend : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    public bool Holds(IConditionContext context) => WeekDays.Of(ConditionDates.Day(Date, context)) is WeekDay.SATURDAY or WeekDay.SUNDAY;
}

internal static class WeekDays
{
    public static WeekDay Of(LocalDate date) => (WeekDay)((int)date.DayOfWeek - 1);
}
