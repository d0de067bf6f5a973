using System.Globalization;
using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>Reads a text by a pattern, with English names; a day beyond the end of its month is the last one.</summary>
internal sealed class DateReading
{
    private readonly string text;
    private readonly IReadOnlyList<DateElement> elements;
    private Dictionary<char, long> fields = [];
    private JavaZone? zone;
    private int position;

    private DateReading(string text, DatePattern pattern)
    {
        this.text = text;
        elements = pattern.Elements;
    }

    /// <param name="zone">Of a text that names none.</param>
    /// <exception cref="ConversionException">The text does not follow the pattern, or names no date.</exception>
    public static Moment Read(string text, DatePattern pattern, JavaZone zone)
    {
        var reading = new DateReading(text, pattern);
        var end = reading.Elements(0, reading.elements.Count);
        if (end < 0 || reading.position < text.Length)
        {
            throw new ConversionException($"Text '{text}' could not be parsed at index {reading.position}");
        }

        return reading.Resolve(zone);
    }

    // Reads the elements from start up to end; -1 when one of them does not match.
    private int Elements(int start, int end)
    {
        for (var index = start; index < end; index++)
        {
            var element = elements[index];
            switch (element.Kind)
            {
                case DateElementKind.OptionalStart:
                    index = Optional(index, end);
                    break;
                case DateElementKind.Literal when string.CompareOrdinal(text, position, element.Text, 0, element.Text.Length) == 0:
                    position += element.Text.Length;
                    break;
                case DateElementKind.Field when Field(index):
                case DateElementKind.OptionalEnd:
                    break;
                default:
                    return -1;
            }
        }

        return end;
    }

    // What an optional section read is forgotten when the section does not match as a whole.
    private int Optional(int start, int end)
    {
        var (close, depth) = (start + 1, 1);
        while (close < end)
        {
            depth += elements[close].Kind switch { DateElementKind.OptionalStart => 1, DateElementKind.OptionalEnd => -1, _ => 0 };
            if (depth == 0)
            {
                break;
            }

            close++;
        }

        var (before, known, knownZone) = (position, new Dictionary<char, long>(fields), zone);
        if (Elements(start + 1, close) < 0)
        {
            (position, fields, zone) = (before, known, knownZone);
        }

        return close;
    }

    private bool Field(int index)
    {
        var (letter, count) = (elements[index].Letter, elements[index].Count);
        for (var padding = elements[index].Padding; padding > 1 && position < text.Length && text[position] == ' '; padding--)
        {
            position++;
        }

        return letter switch
        {
            'M' or 'L' when count > 2 => Name('M', Enumerable.Range(1, 12).Select(month => (LocaleData.Default.Month(month, Width(count), letter == 'L'), (long)month))),
            'E' => Name('E', Enumerable.Range(1, 7).Select(day => (LocaleData.Default.DayOfWeek(day, count <= 3 ? TextWidth.Short : Width(count), false), (long)day))),
            'e' or 'c' when count > 2 => Name('E', Enumerable.Range(1, 7).Select(day => (LocaleData.Default.DayOfWeek(day, Width(count), false), (long)day))),
            'a' => Name('a', [("AM", 0L), ("PM", 1L)]),
            'G' => Name('G', [(LocaleData.Default.Era(true, Width(Math.Max(count, 3))), 1L), (LocaleData.Default.Era(false, Width(Math.Max(count, 3))), 0L)]),
            'X' or 'x' or 'Z' or 'O' or DateElement.Greenwich => OffsetField(letter, count),
            'V' or 'z' or 'v' => Zone(letter),
            'S' => Fraction(count),
            'y' or 'u' or 'Y' => Year(letter, index, count),
            'A' or 'n' or 'N' or 'g' => Number(letter, index, count, 19),
            _ => Number(letter, index, count, count == 1 ? 19 : count),
        };
    }

    private static TextWidth Width(int count) => count switch { 4 => TextWidth.Full, 5 => TextWidth.Narrow, _ => TextWidth.Short };

    private bool Name(char field, IEnumerable<(string Text, long Value)> names)
    {
        foreach (var (name, value) in names.OrderByDescending(static name => name.Text.Length))
        {
            if (string.CompareOrdinal(text, position, name, 0, name.Length) == 0)
            {
                position += name.Length;
                fields[field] = value;
                return true;
            }
        }

        return false;
    }

    private bool Year(char letter, int index, int count)
    {
        if (count == 2)
        {
            var read = Number(letter, index, 2, 2);
            fields[letter] = read ? fields[letter] + 2000 : 0;
            return read;
        }

        // More digits than the pattern shows need a sign.
        var signed = position < text.Length && text[position] is '+' or '-';
        return Number(letter, index, count, count == 1 || signed ? 10 : count);
    }

    // Digits; those that the fixed numbers directly behind it need are left to them.
    private bool Number(char letter, int index, int least, int most)
    {
        var negative = position < text.Length && text[position] == '-';
        var start = position + (position < text.Length && text[position] is '+' or '-' && letter is 'y' or 'u' or 'Y' ? 1 : 0);
        var end = start;
        while (end < text.Length && end - start < most && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        if (most > least)
        {
            var available = end;
            while (available < text.Length && char.IsAsciiDigit(text[available]))
            {
                available++;
            }

            end = Math.Min(end, Math.Max(available - Reserved(index + 1), start + least));
        }

        if (end - start < least || !long.TryParse(text.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        fields[letter] = negative && start > position ? -number : number;
        position = end;
        return true;
    }

    private int Reserved(int index)
    {
        var width = 0;
        for (; index < elements.Count && elements[index] is { Kind: DateElementKind.Field } element && (element.Letter == 'S' || (element.Count == 2 && "MLdHhkKmsDwQqy".Contains(element.Letter, StringComparison.Ordinal))); index++)
        {
            width += element.Count;
        }

        return width;
    }

    private bool Fraction(int count)
    {
        if (position + count > text.Length || !text.AsSpan(position, count).ToString().All(char.IsAsciiDigit))
        {
            return false;
        }

        fields['n'] = long.Parse(text.Substring(position, count).PadRight(9, '0'), CultureInfo.InvariantCulture);
        position += count;
        return true;
    }

    private bool OffsetField(char letter, int count)
    {
        var localized = letter is 'O' or DateElement.Greenwich || (letter == 'Z' && count == 4);
        var isZero = localized ? "GMT" : letter == 'X' || (letter == 'Z' && count == 5) ? "Z" : "";
        if (isZero.Length > 0 && string.CompareOrdinal(text, position, isZero, 0, isZero.Length) == 0)
        {
            position += isZero.Length;
            zone = JavaZone.Of(Offset.Zero);
            if (letter is not 'O' and not 'Z' || position >= text.Length || text[position] is not ('+' or '-'))
            {
                return true;
            }
        }

        var form = (letter, count) switch
        {
            ('X' or 'x', 1) => @"+hh[mm]",
            ('X' or 'x', 2 or 4) or ('Z', <= 3) or (DateElement.Greenwich, _) => "+hhmm",
            ('O', 1) => "+h",
            _ => "+hh:mm",
        };
        return OffsetText(form);
    }

    private bool OffsetText(string form)
    {
        if (position >= text.Length || text[position] is not ('+' or '-'))
        {
            return false;
        }

        var end = position + 1;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || (text[end] == ':' && form is "+hh:mm" or "+h")))
        {
            end++;
        }

        var length = end - position;
        var fits = form switch { "+hh[mm]" => length is 3 or 5, "+hhmm" => length is 5 or 7, "+h" => length is 2 or 3 or 5 or 6, _ => length is 6 or 9 };
        if (!fits)
        {
            return false;
        }

        try
        {
            zone = JavaZone.Of(text[position..end]);
        }
        catch (ConversionException)
        {
            return false;
        }

        position = end;
        return true;
    }

    private bool Zone(char letter)
    {
        var end = position;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '/' or '_' or '+' or '-' or ':' or '~'))
        {
            end++;
        }

        try
        {
            var id = text[position..end];
            zone = id.Length > 0 ? JavaZone.Of((letter == 'V' ? null : ZoneAbbreviations.Zone(id)) ?? id) : null;
        }
        catch (ConversionException)
        {
            return false;
        }

        position = end;
        return zone is not null;
    }

    private Moment Resolve(JavaZone otherwise)
    {
        var date = Date();
        Check('E', (int)date.DayOfWeek);
        Check('Q', ((date.Month - 1) / 3) + 1);
        Check('D', date.DayOfYear);
        if (Time() is not { } time)
        {
            return Moment.Of(date.AtMidnight(), otherwise);
        }

        var local = (time.Hour == 24 ? date.PlusDays(1) : date).At(new LocalTime(time.Hour % 24, time.Minute, time.Second).PlusNanoseconds(time.Nano));
        Check('a', time.Hour / 12 % 2);
        return Moment.Of(local, zone ?? otherwise);
    }

    // A field that is not needed must not say something else.
    private void Check(char letter, long derived)
    {
        if (fields.TryGetValue(letter, out var given) && given != derived)
        {
            throw new ConversionException($"Text '{text}' could not be parsed: Conflict found: Field {letter} {given.ToString(CultureInfo.InvariantCulture)} differs from {derived.ToString(CultureInfo.InvariantCulture)}");
        }
    }

    private LocalDate Date()
    {
        if (fields.TryGetValue('g', out var julian))
        {
            return LocalDate.FromDateTime(DateTime.UnixEpoch).PlusDays((int)(julian - 40_587));
        }

        if (!fields.TryGetValue('y', out var year) && !fields.TryGetValue('u', out year))
        {
            return fields.TryGetValue('Y', out var weekYear) && fields.TryGetValue('w', out var week)
                ? NodaTime.Calendars.WeekYearRules.Iso.GetLocalDate(InRange(weekYear, 'Y', -9998, 9999), InRange(week, 'w', 1, 53), (IsoDayOfWeek)InRange(fields.GetValueOrDefault('e', fields.GetValueOrDefault('E', 1)), 'e', 1, 7), CalendarSystem.Iso)
                : throw NoDate();
        }

        year = fields.TryGetValue('G', out var era) && era == 0 ? 1 - year : year;
        var checkedYear = InRange(year, 'y', -9998, 9999);
        if (!(fields.TryGetValue('M', out var month) || fields.TryGetValue('L', out month)) || !fields.TryGetValue('d', out var day))
        {
            return fields.TryGetValue('D', out var dayOfYear)
                ? new LocalDate(checkedYear, 1, 1).PlusDays(InRange(dayOfYear, 'D', 1, CalendarSystem.Iso.GetDaysInYear(checkedYear)) - 1)
                : throw NoDate();
        }

        var checkedMonth = InRange(month, 'M', 1, 12);
        return new LocalDate(checkedYear, checkedMonth, Math.Min(InRange(day, 'd', 1, 31), CalendarSystem.Iso.GetDaysInMonth(checkedYear, checkedMonth)));
    }

    private (int Hour, int Minute, int Second, long Nano)? Time()
    {
        if (fields.TryGetValue('N', out var nanos))
        {
            return (0, 0, 0, nanos);
        }

        if (fields.TryGetValue('A', out var millis))
        {
            return (0, 0, 0, millis * 1_000_000);
        }

        int hour;
        if (fields.TryGetValue('H', out var given))
        {
            hour = InRange(given, 'H', 0, 24);
        }
        else if (fields.TryGetValue('k', out given))
        {
            hour = InRange(given, 'k', 1, 24) % 24;
        }
        else if (fields.TryGetValue('h', out given) && fields.TryGetValue('a', out var half))
        {
            hour = (InRange(given, 'h', 1, 12) % 12) + (12 * (int)half);
        }
        else if (fields.TryGetValue('K', out given) && fields.TryGetValue('a', out half))
        {
            hour = InRange(given, 'K', 0, 11) + (12 * (int)half);
        }
        else
        {
            return null;
        }

        var (minute, second, nano) = (InRange(fields.GetValueOrDefault('m'), 'm', 0, 59), InRange(fields.GetValueOrDefault('s'), 's', 0, 59), InRange(fields.GetValueOrDefault('n'), 'n', 0, 999_999_999));
        return hour == 24 && (minute, second, nano) != (0, 0, 0) ? throw new ConversionException($"Text '{text}' could not be parsed: Invalid value for HourOfDay: 24") : (hour, minute, second, nano);
    }

    private int InRange(long value, char letter, int least, int most) => value >= least && value <= most
        ? (int)value
        : throw new ConversionException($"Text '{text}' could not be parsed: Invalid value for {letter} (valid values {least} - {most}): {value}");

    private ConversionException NoDate() => new($"Text '{text}' could not be parsed: Unable to obtain LocalDate");
}
