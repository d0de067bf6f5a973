using System.Globalization;
using System.Text;
using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>Formats dates by Java's pattern letters, with English names.</summary>
internal static class JavaDatePattern
{
    private static readonly DateTimeFormatInfo Names = CultureInfo.InvariantCulture.DateTimeFormat;

    /// <exception cref="ConversionException">The pattern has a letter that does not exist.</exception>
    public static string Format(ZonedDateTime date, string pattern)
    {
        var text = new StringBuilder();
        for (var index = 0; index < pattern.Length;)
        {
            var letter = pattern[index];
            if (letter == '\'')
            {
                index = Quoted(pattern, index, text);
                continue;
            }

            if (letter is '[' or ']')
            {
                index++;
                continue;
            }

            if (letter is '#' or '{' or '}')
            {
                throw new ConversionException($"Pattern includes reserved character: '{letter}'");
            }

            if (!char.IsAsciiLetter(letter))
            {
                text.Append(letter);
                index++;
                continue;
            }

            var end = index + 1;
            while (end < pattern.Length && pattern[end] == letter)
            {
                end++;
            }

            text.Append(Field(date, letter, end - index));
            index = end;
        }

        return text.ToString();
    }

    private static int Quoted(string pattern, int start, StringBuilder text)
    {
        if (start + 1 < pattern.Length && pattern[start + 1] == '\'')
        {
            text.Append('\'');
            return start + 2;
        }

        var index = start + 1;
        while (true)
        {
            if (index >= pattern.Length)
            {
                throw new ConversionException($"Pattern ends with an incomplete string literal: {pattern}");
            }

            if (pattern[index] != '\'')
            {
                text.Append(pattern[index++]);
            }
            else if (index + 1 < pattern.Length && pattern[index + 1] == '\'')
            {
                text.Append('\'');
                index += 2;
            }
            else
            {
                return index + 1;
            }
        }
    }

    private static string Field(ZonedDateTime date, char letter, int count) => letter switch
    {
        'y' or 'u' => Year(letter == 'y' ? date.YearOfEra : date.Year, count),
        'M' or 'L' => Month(date, letter, count),
        'd' => Padded(date.Day, count, 2, letter),
        'D' => Padded(date.DayOfYear, count, 3, letter),
        'Q' or 'q' => Quarter(date, count),
        'E' => DayName(date, count),
        'e' or 'c' when count <= 2 => Padded((((int)date.DayOfWeek) % 7) + 1, count, 2, letter),
        'F' => Padded(((date.Day - 1) / 7) + 1, count, 1, letter),
        'a' when count == 1 => date.Hour < 12 ? "AM" : "PM",
        'H' => Padded(date.Hour, count, 2, letter),
        'h' => Padded(((date.Hour + 11) % 12) + 1, count, 2, letter),
        'K' => Padded(date.Hour % 12, count, 2, letter),
        'k' => Padded(date.Hour == 0 ? 24 : date.Hour, count, 2, letter),
        'm' => Padded(date.Minute, count, 2, letter),
        's' => Padded(date.Second, count, 2, letter),
        'S' when count <= 9 => date.NanosecondOfSecond.ToString("000000000", CultureInfo.InvariantCulture)[..count],
        'A' => Long(date.TickOfDay / NodaConstants.TicksPerMillisecond, count),
        'N' => Long(date.NanosecondOfDay, count),
        'n' => Long(date.NanosecondOfSecond, count),
        'V' when count == 2 => date.Zone.Id,
        'z' when count <= 3 => ZoneName(date),
        'X' => date.Offset == Offset.Zero ? "Z" : OffsetText(date.Offset, count),
        'x' => OffsetText(date.Offset, count),
        'Z' when count <= 3 => OffsetText(date.Offset, 2),
        'Z' when count == 4 => date.Offset == Offset.Zero ? "GMT" : "GMT" + OffsetText(date.Offset, 3),
        'Z' when count == 5 => date.Offset == Offset.Zero ? "Z" : OffsetText(date.Offset, 3),
        'O' when count is 1 or 4 => date.Offset == Offset.Zero ? "GMT" : "GMT" + (count == 4 ? OffsetText(date.Offset, 3) : ShortOffset(date.Offset)),
        'G' => count switch { <= 3 => "AD", 4 => "Anno Domini", 5 => "A", _ => throw TooMany(letter) },
        _ => throw new ConversionException(count > 1 && "VzZOSa".Contains(letter, StringComparison.Ordinal) ? $"Too many pattern letters: {letter}" : $"Unknown pattern letter: {letter}"),
    };

    private static ConversionException TooMany(char letter) => new($"Too many pattern letters: {letter}");

    private static string Padded(int number, int count, int most, char letter) => count <= most
        ? number.ToString(new string('0', count), CultureInfo.InvariantCulture)
        : throw TooMany(letter);

    private static string Long(long number, int count) => number.ToString(new string('0', count), CultureInfo.InvariantCulture);

    private static string Year(int year, int count)
    {
        if (count == 2)
        {
            return (year % 100).ToString("00", CultureInfo.InvariantCulture);
        }

        var text = year.ToString(new string('0', count), CultureInfo.InvariantCulture);
        return count >= 4 && year > 9999 ? "+" + text : text;
    }

    private static string Month(ZonedDateTime date, char letter, int count) => count switch
    {
        <= 2 => Padded(date.Month, count, 2, letter),
        3 => Names.AbbreviatedMonthNames[date.Month - 1],
        4 => Names.MonthNames[date.Month - 1],
        5 => Names.MonthNames[date.Month - 1][..1],
        _ => throw TooMany(letter),
    };

    private static string Quarter(ZonedDateTime date, int count)
    {
        var quarter = ((date.Month - 1) / 3) + 1;
        return count switch
        {
            <= 2 => Padded(quarter, count, 2, 'Q'),
            3 => "Q" + Padded(quarter, 1, 1, 'Q'),
            4 => Padded(quarter, 1, 1, 'Q') + (quarter switch { 1 => "st", 2 => "nd", 3 => "rd", _ => "th" }) + " quarter",
            _ => throw TooMany('Q'),
        };
    }

    private static string DayName(ZonedDateTime date, int count)
    {
        var name = Names.DayNames[(int)date.DayOfWeek % 7];
        return count switch
        {
            <= 3 => name[..3],
            4 => name,
            5 => name[..1],
            _ => throw TooMany('E'),
        };
    }

    private static string ZoneName(ZonedDateTime date) => date.Zone.Id is "UTC" or "Etc/UTC" or "Z" ? "UTC" : date.GetZoneInterval().Name;

    private static string OffsetText(Offset offset, int count)
    {
        var seconds = Math.Abs(offset.Seconds);
        var (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        var sign = offset.Seconds < 0 ? '-' : '+';
        return count switch
        {
            1 => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}{(minutes == 0 ? "" : minutes.ToString("00", CultureInfo.InvariantCulture))}"),
            2 or 4 => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}{minutes:00}"),
            3 or 5 => string.Create(CultureInfo.InvariantCulture, $"{sign}{hours:00}:{minutes:00}"),
            _ => throw TooMany('X'),
        };
    }

    private static string ShortOffset(Offset offset)
    {
        var seconds = Math.Abs(offset.Seconds);
        var minutes = seconds / 60 % 60;
        return string.Create(CultureInfo.InvariantCulture, $"{(offset.Seconds < 0 ? '-' : '+')}{seconds / 3600}{(minutes == 0 ? "" : ":" + minutes.ToString("00", CultureInfo.InvariantCulture))}");
    }
}
