using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>The formats that have a name; every other text is a pattern.</summary>
internal static class NamedFormats
{
    public static string Format(ZonedDateTime date, string? format) => (format ?? "iso") switch
    {
        "iso_date_time" or "iso_zoned_date_time" => Local(date) + "XXX".Format(date) + $"[{date.Zone.Id}]",
        "iso_offset_date_time" => Local(date) + "XXX".Format(date),
        "iso_local_date_time" => Local(date),
        "iso_local_time" => Time(date),
        "iso_time" or "iso_offset_time" => Time(date) + "XXX".Format(date),
        "iso_instant" => Local(date.WithZone(DateTimeZone.Utc)) + "Z",
        "iso_week_date" => $"{NodaTime.Calendars.WeekYearRules.Iso.GetWeekYear(date.Date):0000}-W{NodaTime.Calendars.WeekYearRules.Iso.GetWeekOfWeekYear(date.Date):00}-{(int)date.DayOfWeek}" + "XXX".Format(date),
        var name => (Pattern(name) ?? name).Format(date),
    };

    private static string? Pattern(string name) => name switch
    {
        "iso" => "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        "iso_milli" => "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "iso_sec" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "sql" => "yyyy-MM-dd HH:mm:ss.SSSSSS",
        "sql_milli" => "yyyy-MM-dd HH:mm:ss.SSS",
        "sql_sec" => "yyyy-MM-dd HH:mm:ss",
        "iso_date" => "yyyy-MM-ddXXX",
        "iso_local_date" => "yyyy-MM-dd",
        "iso_ordinal_date" => "yyyy-DDDXXX",
        "rfc_1123_date_time" => "EEE, d MMM yyyy HH:mm:ss 'GMT'",
        "full" => "EEEE, MMMM d, yyyy 'at' h:mm:ss a z",
        "long" => "MMMM d, yyyy 'at' h:mm:ss a z",
        "medium" => "MMM d, yyyy, h:mm:ss a",
        "short" => "M/d/yy, h:mm a",
        _ => null,
    };

    private static string Format(this string pattern, ZonedDateTime date) => JavaDatePattern.Format(date, pattern);

    private static string Local(ZonedDateTime date) => "yyyy-MM-dd'T'".Format(date) + Time(date);

    // As many fraction digits as are needed, none for a whole second.
    private static string Time(ZonedDateTime date)
    {
        var fraction = "SSSSSSSSS".Format(date).TrimEnd('0');
        return "HH:mm:ss".Format(date) + (fraction.Length == 0 ? "" : "." + fraction);
    }
}
