using System.Globalization;
using System.Text;

namespace Kestra.Expressions.Dates;

/// <summary>Writes a moment by a pattern.</summary>
internal sealed class DateFormatting(Moment moment, LocaleData locale)
{
    private const long ModifiedJulianEpoch = 40_587;

    public static string Format(Moment moment, DatePattern pattern, LocaleData locale)
    {
        var formatting = new DateFormatting(moment, locale);
        var text = new StringBuilder();
        foreach (var element in pattern.Elements)
        {
            var piece = element.Kind switch
            {
                DateElementKind.Literal => element.Text,
                DateElementKind.Field => formatting.Field(element.Letter, element.Count),
                _ => "",
            };
            if (element.Padding > 0 && piece.Length > element.Padding)
            {
                throw new ConversionException($"Cannot print as output of {piece.Length} characters exceeds pad width of {element.Padding}");
            }

            text.Append(piece.PadLeft(element.Padding));
        }

        return text.ToString();
    }

    private string Field(char letter, int count) => letter switch
    {
        'y' => Year(moment.Year > 0 ? moment.Year : 1 - moment.Year, count),
        'u' => Year(moment.Year, count),
        'Y' => Year(WeekYear(), count),
        'M' => count <= 2 ? Number(moment.Month, count) : locale.Month(moment.Month, Width(count), standalone: false),
        'L' => count <= 2 ? Number(moment.Month, count) : locale.Month(moment.Month, Width(count), standalone: true),
        'd' => Number(moment.Day, count),
        'D' => Number(moment.DayOfYear, count),
        'Q' or 'q' => Quarter(((moment.Month - 1) / 3) + 1, count),
        'w' => Number(WeekOfYear(moment), count),
        'W' => Number(Week(moment.Day, LocalDay(moment)), count),
        'F' => Number(((moment.Day - 1) / 7) + 1, count),
        'E' => locale.DayOfWeek(moment.DayOfWeek, count <= 3 ? TextWidth.Short : Width(count), standalone: false),
        'e' => count <= 2 ? Number(LocalDay(moment), count) : locale.DayOfWeek(moment.DayOfWeek, Width(count), standalone: false),
        'c' => count <= 2 ? Number(LocalDay(moment), count) : locale.DayOfWeek(moment.DayOfWeek, Width(count), standalone: true),
        'g' => Number(moment.EpochDay + ModifiedJulianEpoch, count),
        'G' => locale.Era(moment.Year > 0, count <= 3 ? TextWidth.Short : Width(count)),
        _ => TimeField(letter, count),
    };

    private string TimeField(char letter, int count) => letter switch
    {
        'a' => locale.HalfDay(moment.Hour >= 12),
        'B' => DayPeriod(),
        'H' => Number(moment.Hour, count),
        'h' => Number(((moment.Hour + 11) % 12) + 1, count),
        'K' => Number(moment.Hour % 12, count),
        'k' => Number(moment.Hour == 0 ? 24 : moment.Hour, count),
        'm' => Number(moment.Minute, count),
        's' => Number(moment.Second, count),
        'S' => moment.Nanosecond.ToString("000000000", CultureInfo.InvariantCulture)[..count],
        'A' => Number((moment.SecondOfDay * 1000L) + (moment.Nanosecond / 1_000_000), count),
        'n' => Number(moment.Nanosecond, count),
        'N' => Number((moment.SecondOfDay * 1_000_000_000L) + moment.Nanosecond, count),
        _ => ZoneField(letter, count),
    };

    private string ZoneField(char letter, int count) => letter switch
    {
        'V' => moment.Zone.Id,
        'z' => ZoneName(count == 4, general: false),
        'v' => ZoneName(count == 4, general: true),
        'O' => LocalOffset(full: count == 4),
        'X' => moment.OffsetSeconds == 0 ? "Z" : OffsetText(count),
        'x' => OffsetText(count),
        'Z' => count switch
        {
            4 => LocalOffset(full: true),
            5 => moment.OffsetSeconds == 0 ? "Z" : OffsetText(5),
            _ => OffsetText(2),
        },
        DateElement.Greenwich => moment.OffsetSeconds == 0 ? "GMT" : OffsetText(2),
        _ => throw new ConversionException($"Unknown pattern letter: {letter}"),
    };

    private static TextWidth Width(int count) => count switch { 4 => TextWidth.Full, 5 => TextWidth.Narrow, _ => TextWidth.Short };

    private static string Number(long number, int count) => number.ToString(new string('0', count), CultureInfo.InvariantCulture);

    private static string Year(long year, int count)
    {
        if (count == 2)
        {
            return Number(Math.Abs(year) % 100, 2);
        }

        var text = Number(Math.Abs(year), count);
        return (year < 0 ? "-" : count >= 4 && text.Length > count ? "+" : "") + text;
    }

    private string Quarter(int quarter, int count) => count switch
    {
        <= 2 => Number(quarter, count),
        5 => Number(quarter, 1),
        _ => locale.Quarter(quarter, Width(count)),
    };

    // 1 is the day on which weeks begin.
    private int LocalDay(Moment date) => ((date.DayOfWeek % 7) + 1 - locale.FirstDayOfWeek + 7) % 7 + 1;

    // Number of the week of a month or year, by the day in it; 0 before the first.
    private int Week(int day, int dayOfWeek)
    {
        var offset = WeekOffset(day, dayOfWeek);
        return (7 + offset + (day - 1)) / 7;
    }

    private int WeekOffset(int day, int dayOfWeek)
    {
        var start = (((day - dayOfWeek) % 7) + 7) % 7;
        return start + 1 > locale.MinimalDays ? 7 - start : -start;
    }

    private int WeekOfYear(Moment date)
    {
        var day = date.DayOfYear;
        var week = Week(day, LocalDay(date));
        if (week == 0)
        {
            return WeekOfYear(date.AddDays(-day));
        }

        var next = FirstWeekOfNext(date);
        return week >= next ? week - next + 1 : week;
    }

    private long WeekYear()
    {
        var week = Week(moment.DayOfYear, LocalDay(moment));
        return week == 0 ? moment.Year - 1 : week >= FirstWeekOfNext(moment) ? moment.Year + 1 : moment.Year;
    }

    private int FirstWeekOfNext(Moment date)
    {
        var length = date.IsLeapYear ? 366 : 365;
        return (7 + WeekOffset(date.DayOfYear, LocalDay(date)) + (length + locale.MinimalDays - 1)) / 7;
    }

    private string DayPeriod()
    {
        if (!locale.IsEnglish)
        {
            return locale.HalfDay(moment.Hour >= 12);
        }

        return (moment.Hour, moment.Minute) switch
        {
            (0, 0) => "midnight",
            (12, 0) => "noon",
            ( < 6 or >= 21, _) => "at night",
            ( < 12, _) => "in the morning",
            ( < 18, _) => "in the afternoon",
            _ => "in the evening",
        };
    }

    private string ZoneName(bool full, bool general)
    {
        var id = moment.Zone.Id;
        if (!moment.Zone.IsRegion)
        {
            return id;
        }

        var isUtc = id is "UTC" or "Etc/UTC" or "Etc/UCT" or "UCT" or "Zulu" or "Etc/Zulu" or "Universal" or "Etc/Universal";
        if (full)
        {
            var names = LocaleData.ZoneNames(id);
            return isUtc ? "Coordinated Universal Time" : names is null ? id : names[general ? 2 : IsSummer() ? 1 : 0];
        }

        if (isUtc || id.StartsWith("GMT", StringComparison.Ordinal))
        {
            return isUtc ? "UTC" : id;
        }

        var shortName = moment.Zone.Zone.GetZoneInterval(Known()).Name;
        if (!char.IsAsciiLetter(shortName[0]))
        {
            return ZoneAbbreviations.OfName(LocaleData.ZoneNames(id)?[0]) ?? LocalOffset(full: true);
        }

        return general ? shortName.Replace("ST", "T", StringComparison.Ordinal).Replace("DT", "T", StringComparison.Ordinal) : shortName;
    }

    private bool IsSummer() => moment.Zone.Zone.GetZoneInterval(Known()).Savings != NodaTime.Offset.Zero;

    private NodaTime.Instant Known() => NodaTime.Instant.FromUnixTimeSeconds(Math.Clamp(moment.Seconds, -300_000_000_000, 250_000_000_000));

    private string LocalOffset(bool full)
    {
        if (moment.OffsetSeconds == 0)
        {
            return "GMT";
        }

        if (full)
        {
            return "GMT" + OffsetText(5);
        }

        var (seconds, sign) = (Math.Abs(moment.OffsetSeconds), moment.OffsetSeconds < 0 ? '-' : '+');
        var minutes = seconds / 60 % 60;
        return string.Create(CultureInfo.InvariantCulture, $"GMT{sign}{seconds / 3600}{(minutes == 0 ? "" : ":" + Number(minutes, 2))}");
    }

    private string OffsetText(int count)
    {
        var (seconds, sign) = (Math.Abs(moment.OffsetSeconds), moment.OffsetSeconds < 0 ? "-" : "+");
        var (hours, minutes, rest) = (Number(seconds / 3600, 2), Number(seconds / 60 % 60, 2), seconds % 60);
        return sign + hours + count switch
        {
            1 => minutes == "00" ? "" : minutes,
            2 => minutes,
            3 => ":" + minutes,
            4 => minutes + (rest == 0 ? "" : Number(rest, 2)),
            _ => ":" + minutes + (rest == 0 ? "" : ":" + Number(rest, 2)),
        };
    }
}
