using System.Globalization;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Dates;
using Kestra.Expressions.Values;
using NodaTime;

namespace Kestra.Expressions.Filters;

/// <summary>Filters over dates.</summary>
internal static class DateFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("date", FilterTable.Of(["format", "timeZone", "existingFormat", "locale"], Date)),
        ("dateAdd", FilterTable.Of(["amount", "unit", "format", "timeZone", "existingFormat", "locale"], DateAdd)),
        ("timestamp", Timestamp(static date => date.Seconds)),
        ("timestampMilli", Timestamp(static date => checked((date.Seconds * 1000) + (date.Nanosecond / 1_000_000)))),
        // Not microseconds, and yet what flows have relied on.
        ("timestampMicro", Timestamp(static date => Text(date, date.Nanosecond / 1000))),
        ("timestampNano", Timestamp(static date => Text(date, date.Nanosecond))),
    ];

    private static string Date(object value, Arguments arguments) => Formatted(DateInput.Parse(value, arguments), arguments);

    private static string DateAdd(object value, Arguments arguments)
    {
        var amount = arguments["amount"] switch
        {
            null => throw new EvaluationException("Incorrect null format, must be a number"),
            var number when ValueConversion.IsNumber(number) => ValueConversion.ToLong(number),
            string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) => parsed,
            var other => throw new EvaluationException($"{ValueText.Java(other)} can't be converted to long"),
        };
        var unit = arguments["unit"] as string ?? throw new ConversionException("The unit has to be a text");
        return Formatted(Add(DateInput.Parse(value, arguments), amount, unit), arguments);
    }

    private static string Formatted(Moment date, Arguments arguments) =>
        NamedFormats.Format(date.In(DateInput.Zone(arguments)), DateInput.Format(arguments), DateInput.Locale(arguments));

    // Days and more are calendar arithmetic in the zone of the date; hours and less are time that passes.
    private static Moment Add(Moment date, long amount, string unit) => checked(unit switch
    {
        "NANOS" => Elapsed(date, amount, 1),
        "MICROS" => Elapsed(date, amount, 1000),
        "MILLIS" => Elapsed(date, amount, 1_000_000),
        "SECONDS" => new Moment(date.Seconds + amount, date.Nanosecond, date.Zone),
        "MINUTES" => new Moment(date.Seconds + (amount * 60), date.Nanosecond, date.Zone),
        "HOURS" => new Moment(date.Seconds + (amount * 3600), date.Nanosecond, date.Zone),
        "HALF_DAYS" => new Moment(date.Seconds + (amount * 43_200), date.Nanosecond, date.Zone),
        "DAYS" => Calendar(date, 0, amount),
        "WEEKS" => Calendar(date, 0, amount * 7),
        "MONTHS" => Calendar(date, amount, 0),
        "YEARS" => Calendar(date, amount * 12, 0),
        "DECADES" => Calendar(date, amount * 120, 0),
        "CENTURIES" => Calendar(date, amount * 1200, 0),
        "MILLENNIA" => Calendar(date, amount * 12_000, 0),
        "ERAS" when amount == 0 => date,
        "ERAS" when amount == (date.Year > 0 ? -1 : 1) => Calendar(date, (1 - (2 * date.Year)) * 12, 0),
        "ERAS" => throw new ConversionException("Invalid value for Era (valid values 0 - 1)"),
        "FOREVER" => throw new ConversionException("Unsupported unit: Forever"),
        _ => throw new ConversionException($"No enum constant java.time.temporal.ChronoUnit.{unit}"),
    });

    private static Moment Elapsed(Moment date, long amount, long nanoseconds)
    {
        var total = ((Int128)amount * nanoseconds) + date.Nanosecond;
        var (seconds, rest) = (total / 1_000_000_000, total % 1_000_000_000);
        return rest < 0
            ? new Moment(checked(date.Seconds + (long)seconds - 1), (int)(rest + 1_000_000_000), date.Zone)
            : new Moment(checked(date.Seconds + (long)seconds), (int)rest, date.Zone);
    }

    private static Moment Calendar(Moment date, long months, long days)
    {
        var target = date.PlusCalendar(months, days);
        if (target.Year is < -9000 or > 9000)
        {
            return target;
        }

        var local = new LocalDateTime((int)target.Year, target.Month, target.Day, date.Hour, date.Minute, date.Second).PlusNanoseconds(date.Nanosecond);
        // Of two equal local times the one with the offset that the date had stays.
        var mapping = date.Zone.Zone.MapLocal(local);
        return mapping.Count == 2 && mapping.Last().Offset.Seconds == date.OffsetSeconds ? Moment.Of(mapping.Last().ToInstant(), date.Zone) : Moment.Of(local, date.Zone);
    }

    private static Filter Timestamp(Func<Moment, object> read) => FilterTable.Of(["timeZone", "existingFormat"], (value, arguments) => read(DateInput.Parse(value, arguments)));

    private static string Text(Moment date, long fraction) => (((Int128)date.Seconds * 1_000_000_000) + fraction).ToString(CultureInfo.InvariantCulture);
}
