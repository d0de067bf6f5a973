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
        ("timestamp", Timestamp(static instant => instant.ToUnixTimeSeconds())),
        ("timestampMilli", Timestamp(static instant => instant.ToUnixTimeMilliseconds())),
        ("timestampMicro", Timestamp(static instant => ((instant.ToUnixTimeSeconds() * 1_000_000_000) + (Nanoseconds(instant) / 1000)).ToString(CultureInfo.InvariantCulture))),
        ("timestampNano", Timestamp(static instant => ((instant.ToUnixTimeSeconds() * 1_000_000_000) + Nanoseconds(instant)).ToString(CultureInfo.InvariantCulture))),
    ];

    private static string Date(object value, Arguments arguments) =>
        NamedFormats.Format(DateInput.Parse(value, arguments).WithZone(DateInput.Zone(arguments)), arguments["format"] as string);

    private static string DateAdd(object value, Arguments arguments)
    {
        var amount = arguments["amount"] switch
        {
            null => throw new EvaluationException("Incorrect null format, must be a number"),
            var number when ValueConversion.IsNumber(number) => ValueConversion.ToLong(number),
            string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) => parsed,
            var other => throw new EvaluationException($"{ValueText.Java(other)} can't be converted to long"),
        };
        var unit = arguments["unit"] as string ?? throw new ConversionException("the unit is missing");
        var moved = Add(DateInput.Parse(value, arguments), amount, unit);
        return NamedFormats.Format(moved.WithZone(DateInput.Zone(arguments)), arguments["format"] as string);
    }

    private static ZonedDateTime Add(ZonedDateTime date, long amount, string unit) => unit switch
    {
        "NANOS" => date.PlusNanoseconds(amount),
        "MICROS" => date + Duration.FromNanoseconds(amount * 1000),
        "MILLIS" => date.PlusMilliseconds(amount),
        "SECONDS" => date.PlusSeconds(amount),
        "MINUTES" => date + Duration.FromMinutes(amount),
        "HOURS" => date + Duration.FromHours(amount),
        "HALF_DAYS" => date + Duration.FromHours(amount * 12),
        "DAYS" => Calendar(date, Period.FromDays((int)amount)),
        "WEEKS" => Calendar(date, Period.FromWeeks((int)amount)),
        "MONTHS" => Calendar(date, Period.FromMonths((int)amount)),
        "YEARS" => Calendar(date, Period.FromYears((int)amount)),
        "DECADES" => Calendar(date, Period.FromYears((int)amount * 10)),
        "CENTURIES" => Calendar(date, Period.FromYears((int)amount * 100)),
        "MILLENNIA" => Calendar(date, Period.FromYears((int)amount * 1000)),
        _ => throw new ConversionException($"No enum constant java.time.temporal.ChronoUnit.{unit}"),
    };

    private static ZonedDateTime Calendar(ZonedDateTime date, Period period) => (date.LocalDateTime + period).InZoneLeniently(date.Zone);

    private static Filter Timestamp(Func<Instant, object> read) =>
        FilterTable.Of(["timeZone", "existingFormat"], (value, arguments) => read(DateInput.Parse(value, arguments).ToInstant()));

    private static long Nanoseconds(Instant instant) => (instant - Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds())).SubsecondNanoseconds;
}
