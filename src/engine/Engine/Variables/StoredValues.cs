using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Engine.Variables;

/// <summary>
/// Inputs in the shape that they have after they were stored: dates and times are texts, a duration is a number of seconds
/// (§2.8 of the model). Tasks see this shape from the start, so that it is the same before and after a restart.
/// </summary>
public static class StoredValues
{
    private static readonly InstantPattern Microseconds = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'ffffff'Z'");

    public static IReadOnlyDictionary<string, object?>? Of(IReadOnlyDictionary<string, object?>? values)
    {
        if (values is null or { Count: 0 })
        {
            return null;
        }

        var stored = new OrderedDictionary<string, object?>(values.Count, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            stored[name] = Of(value);
        }

        return stored;
    }

    public static object? Of(object? value) => value switch
    {
        Instant instant => Microseconds.Format(instant),
        OffsetDateTime date => Microseconds.Format(date.ToInstant()),
        ZonedDateTime date => Microseconds.Format(date.ToInstant()),
        LocalDate date => LocalDatePattern.Iso.Format(date),
        LocalTime time => LocalTimePattern.ExtendedIso.Format(time),
        LocalDateTime date => LocalDateTimePattern.ExtendedIso.Format(date),
        Duration duration => duration.TotalSeconds,
        float number => double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        IReadOnlyDictionary<string, object?> map => Map(map),
        IReadOnlyList<object?> list => list.Select(Of).ToList(),
        _ => value,
    };

    private static OrderedDictionary<string, object?> Map(IReadOnlyDictionary<string, object?> map)
    {
        var stored = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            stored[name] = Of(value);
        }

        return stored;
    }
}
