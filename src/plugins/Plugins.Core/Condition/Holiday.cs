using Kestra.Plugins.Triggers;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The date is a public holiday of a country.</summary>
[Plugin(
    "io.kestra.plugin.core.condition.PublicHoliday",
    Aliases = ["io.kestra.core.models.conditions.types.PublicHolidayCondition", "io.kestra.plugin.core.condition.PublicHolidayCondition"],
    Title = "Condition to allow events on public holidays.")]
public sealed class Holiday : IScheduleCondition
{
    public Property<string> Date { get; init; } = Property.Of<string>(ConditionDates.OfTrigger);

    /// <summary>ISO 3166 code.</summary>
    public Property<string>? Country { get; init; }

    /// <summary>The part of an ISO 3166-2 code behind the dash, for example BW.</summary>
    public Property<string>? SubDivision { get; init; }

    public bool Holds(IConditionContext context)
    {
        var country = Country.Render(context) is { Length: > 0 } code ? code : throw new InvalidOperationException("The condition PublicHoliday needs a `country`, as its ISO 3166 code");
        return HolidayCalendars.For(country, SubDivision.Render(context)).IsPublicHoliday(ConditionDates.Day(Date, context).ToDateTimeUnspecified());
    }
}
