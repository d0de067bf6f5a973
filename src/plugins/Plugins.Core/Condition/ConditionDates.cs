using Kestra.Plugins.Triggers;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Plugins.Core.Condition;

/// <summary>The date that a condition looks at, in the offset in which it is written.</summary>
internal static class ConditionDates
{
    /// <summary>Default of the property: the date of the schedule.</summary>
    public const string OfTrigger = "{{ trigger.date }}";

    /// <exception cref="FormatException">It is no date with time and offset.</exception>
    public static OffsetDateTime Moment(Property<string> date, IConditionContext context)
    {
        var text = date.Render(context) ?? "";
        return PropertyConversion.To<OffsetDateTime?>(text) ?? throw new FormatException($"'{text}' is not a date with time and offset");
    }

    /// <summary>The day; the time may be absent.</summary>
    /// <exception cref="FormatException">It is no date.</exception>
    public static LocalDate Day(Property<string> date, IConditionContext context) =>
        date.Render(context) is { } text && LocalDatePattern.Iso.Parse(text.Trim()) is { Success: true, Value: var day } ? day : Moment(date, context).Date;
}
