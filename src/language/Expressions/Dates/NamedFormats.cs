namespace Kestra.Expressions.Dates;

/// <summary>The formats that have a name; every other text is a pattern.</summary>
internal static class NamedFormats
{
    // One to nine digits: the longest that fits is taken, and none of the others then finds a point.
    private static readonly string Fraction = string.Concat(Enumerable.Range(1, 9).Reverse().Select(static digits => $"[.{new string('S', digits)}]"));

    private static readonly DatePattern Rfc1123 = DatePattern.WithGreenwich("EEE, d MMM yyyy HH:mm:ss ");

    public static string Format(Moment date, string format, LocaleData locale) => format switch
    {
        "iso_date_time" or "iso_zoned_date_time" => Local(date) + By(date, "XXXXX") + (date.Zone.IsRegion ? $"[{date.Zone.Id}]" : ""),
        "iso_local_date_time" => Local(date),
        "iso_local_time" => Time(date),
        "iso_time" or "iso_offset_time" => Time(date) + By(date, "XXXXX"),
        "iso_instant" => Local(date.In(JavaZone.Of(NodaTime.Offset.Zero))) + "Z",
        "iso_week_date" => DateFormatting.Format(date, DatePattern.Of("YYYY-'W'ww-e"), LocaleData.Of("de_DE")) + By(date, "XXXXX"),
        "rfc_1123_date_time" => DateFormatting.Format(date, Rfc1123, LocaleData.Default),
        _ => DateFormatting.Format(date, Pattern(format, locale), locale),
    };

    /// <summary>The pattern that a text is read by.</summary>
    public static DatePattern ForReading(string format) => format switch
    {
        "iso_date_time" or "iso_zoned_date_time" => DatePattern.Of($"yyyy-MM-dd'T'HH:mm[:ss{Fraction}][XXXXX]['['VV']']"),
        "iso_local_date_time" => DatePattern.Of($"yyyy-MM-dd'T'HH:mm[:ss{Fraction}]"),
        "iso_instant" => DatePattern.Of($"yyyy-MM-dd'T'HH:mm:ss{Fraction}XXXXX"),
        "iso_date" => DatePattern.Of("yyyy-MM-dd[XXXXX]"),
        "iso_ordinal_date" => DatePattern.Of("yyyy-DDD[XXXXX]"),
        "iso_week_date" => DatePattern.Of("YYYY-'W'ww-e[XXXXX]"),
        "rfc_1123_date_time" => DatePattern.WithGreenwich("[EEE, ]d MMM yyyy HH:mm[:ss] "),
        _ => Pattern(format, LocaleData.Default),
    };

    private static DatePattern Pattern(string format, LocaleData locale) => DatePattern.Of(format switch
    {
        "iso" => "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        "iso_milli" => "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "iso_sec" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "sql" => "yyyy-MM-dd HH:mm:ss.SSSSSS",
        "sql_milli" => "yyyy-MM-dd HH:mm:ss.SSS",
        "sql_sec" => "yyyy-MM-dd HH:mm:ss",
        "iso_date" => "yyyy-MM-ddXXXXX",
        "iso_local_date" => "yyyy-MM-dd",
        "iso_ordinal_date" => "yyyy-DDDXXXXX",
        "full" => locale.Pattern(0),
        "long" => locale.Pattern(1),
        "medium" => locale.Pattern(2),
        "short" => locale.Pattern(3),
        _ => format,
    });

    private static string By(Moment date, string pattern) => DateFormatting.Format(date, DatePattern.Of(pattern), LocaleData.Default);

    private static string Local(Moment date) => By(date, "yyyy-MM-dd'T'") + Time(date);

    // As many fraction digits as are needed, none for a whole second.
    private static string Time(Moment date)
    {
        var fraction = By(date, "SSSSSSSSS").TrimEnd('0');
        return By(date, "HH:mm:ss") + (fraction.Length == 0 ? "" : "." + fraction);
    }
}
