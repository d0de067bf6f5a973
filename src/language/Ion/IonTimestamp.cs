using System.Globalization;
using NodaTime;

namespace Kestra.Ion;

/// <summary>
/// Timestamps of every precision. One without a time, or at midnight UTC, is a date; all others are instants,
/// whose offset is not kept.
/// </summary>
internal static class IonTimestamp
{
    /// <exception cref="FormatException">The text is not a timestamp.</exception>
    public static object Parse(string text)
    {
        var position = 0;
        var year = Digits(text, ref position, 4);
        var (month, day) = (1, 1);
        var dated = false;
        if (TryTake(text, ref position, '-'))
        {
            month = Digits(text, ref position, 2);
            if (TryTake(text, ref position, '-'))
            {
                day = Digits(text, ref position, 2);
                dated = true;
            }
        }

        var hasT = TryTake(text, ref position, 'T');
        if (position == text.Length && (hasT || dated))
        {
            return Date(year, month, day, text);
        }

        if (!dated || !hasT)
        {
            throw Invalid(text);
        }

        return ParseTime(text, position, Date(year, month, day, text));
    }

    /// <summary>The value of a time in UTC that was written with the given offset (null: unknown).</summary>
    public static object Create(LocalDateTime utc, int? offsetMinutes) =>
        utc.TimeOfDay == LocalTime.Midnight && offsetMinutes is null or 0 ? utc.Date : utc.InUtc().ToInstant();

    private static object ParseTime(string text, int position, LocalDate date)
    {
        var hour = Digits(text, ref position, 2);
        Expect(text, ref position, ':');
        var minute = Digits(text, ref position, 2);
        var (second, nanosecond) = (0, 0L);
        if (TryTake(text, ref position, ':'))
        {
            second = Digits(text, ref position, 2);
            nanosecond = TryTake(text, ref position, '.') ? Fraction(text, ref position) : 0;
        }

        var offset = ParseOffset(text, position);
        if (hour > 23 || minute > 59 || second > 59)
        {
            throw Invalid(text);
        }

        try
        {
            var local = date.At(new LocalTime(hour, minute, second).PlusNanoseconds(nanosecond));
            return Create(local.PlusMinutes(-(offset ?? 0)), offset);
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw Invalid(text);
        }
    }

    // -00:00 says that the offset is not known.
    private static int? ParseOffset(string text, int position)
    {
        if (position == text.Length - 1 && text[position] == 'Z')
        {
            return 0;
        }

        if (position >= text.Length || text[position] is not ('+' or '-'))
        {
            throw new FormatException($"The timestamp {text} has no offset");
        }

        var negative = text[position++] == '-';
        var hours = Digits(text, ref position, 2);
        Expect(text, ref position, ':');
        var minutes = (hours * 60) + Digits(text, ref position, 2);
        if (position != text.Length || minutes >= 24 * 60 || minutes - (hours * 60) > 59)
        {
            throw Invalid(text);
        }

        return negative ? (minutes == 0 ? null : -minutes) : minutes;
    }

    // Digits beyond the nanosecond are cut off.
    private static long Fraction(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        if (position == start)
        {
            throw Invalid(text);
        }

        var digits = text[start..position].PadRight(9, '0')[..9];
        return long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static LocalDate Date(int year, int month, int day, string text)
    {
        var valid = year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= CalendarSystem.Iso.GetDaysInMonth(year, month);
        return valid ? new LocalDate(year, month, day) : throw Invalid(text);
    }

    private static int Digits(string text, ref int position, int count)
    {
        if (position + count > text.Length || !int.TryParse(text.AsSpan(position, count), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw Invalid(text);
        }

        position += count;
        return value;
    }

    private static bool TryTake(string text, ref int position, char c)
    {
        if (position >= text.Length || text[position] != c)
        {
            return false;
        }

        position++;
        return true;
    }

    private static void Expect(string text, ref int position, char c)
    {
        if (!TryTake(text, ref position, c))
        {
            throw Invalid(text);
        }
    }

    private static FormatException Invalid(string text) => new($"{text} is not a timestamp");
}
