using Kestra.Hosting.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Scheduler;

/// <summary>The dates of one schedule.</summary>
/// <param name="narrowing">Null when every date counts.</param>
internal sealed class ScheduleDates(IScheduleTrigger schedule, DateTimeZone zone, DateNarrowing? narrowing)
{
    private const int SearchedYears = 10;
    private static readonly Instant Beginning = Instant.FromUtc(1, 1, 2, 0, 0);

    public DateTimeZone Zone => zone;

    /// <summary>The first date after an instant for which the conditions of the schedule hold; null when there is none within 10 years.</summary>
    public ZonedDateTime? Next(Instant after) => Search(after.InZone(zone), schedule.Next);

    /// <summary>The last date before an instant for which the conditions of the schedule hold.</summary>
    public ZonedDateTime? Previous(Instant before) => Search(before.InZone(zone), schedule.Previous);

    /// <summary>The first date of a trigger that is new: of a list the first one at all, of a rule the first one after now.</summary>
    public ZonedDateTime? First(Instant now) => Next(schedule.IsListOfDates ? Beginning : now);

    /// <summary>The first date that is not before another one, whatever the conditions.</summary>
    public ZonedDateTime? From(Instant date) => schedule.Next((date - Duration.FromSeconds(1)).InZone(zone));

    /// <summary>The variables of the execution at a date: <c>date</c>, <c>next</c>, <c>previous</c>.</summary>
    public OrderedDictionary<string, object?> Variables(ZonedDateTime date) => Variables(date, Next(date.ToInstant()), Previous(date.ToInstant()));

    private ZonedDateTime? Search(ZonedDateTime from, Func<ZonedDateTime, ZonedDateTime?> step)
    {
        var candidate = step(from);
        if (narrowing is null)
        {
            return candidate;
        }

        var first = candidate;
        try
        {
            for (var tried = 1; candidate is { } date && (schedule.IsListOfDates || Math.Abs(date.Year - from.Year) <= SearchedYears); tried++)
            {
                if (tried >= narrowing.SearchLimit || narrowing.Holds(Variables(date, schedule.Next(date), schedule.Previous(date))))
                {
                    return date;
                }

                candidate = step(date);
            }

            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            narrowing.Unable(failure);
            return first;
        }
    }

    private static OrderedDictionary<string, object?> Variables(ZonedDateTime date, ZonedDateTime? next, ZonedDateTime? previous)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["date"] = Text(date) };
        if (next is { } following)
        {
            variables["next"] = Text(following);
        }

        if (previous is { } preceding)
        {
            variables["previous"] = Text(preceding);
        }

        return variables;
    }

    private static string Text(ZonedDateTime date) => OffsetDateTimePattern.Rfc3339.Format(date.ToOffsetDateTime());
}

/// <summary>What leaves dates of a schedule out.</summary>
/// <param name="ScopeOf">What conditions see of a date, from the variables of an execution at that date.</param>
/// <param name="SearchLimit">Dates tried in one search.</param>
/// <param name="Unable">Is told why the conditions can't be tested; every date counts then.</param>
internal sealed record DateNarrowing(TriggerConditions Conditions, Func<IReadOnlyDictionary<string, object?>, TriggerScope> ScopeOf, int SearchLimit, Action<Exception> Unable)
{
    public bool Holds(IReadOnlyDictionary<string, object?> variables) => Conditions.HoldForDate(ScopeOf(variables));
}
