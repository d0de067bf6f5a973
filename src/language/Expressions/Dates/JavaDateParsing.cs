using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Expressions.Dates;

/// <summary>Parses texts by a Java pattern, as far as its letters have a counterpart.</summary>
internal static class JavaDateParsing
{
    public static ZonedDateTime Parse(string text, string format, DateTimeZone zone)
    {
        var pattern = Translated(NamedPattern(format));
        if (pattern.HasOffset && OffsetDateTimePattern.CreateWithInvariantCulture(pattern.Text).Parse(text) is { Success: true, Value: var offset })
        {
            return offset.InFixedZone();
        }

        if (!pattern.HasOffset && pattern.HasTime && LocalDateTimePattern.CreateWithInvariantCulture(pattern.Text).Parse(text) is { Success: true, Value: var local })
        {
            return local.InZoneLeniently(zone);
        }

        return !pattern.HasOffset && !pattern.HasTime && LocalDatePattern.CreateWithInvariantCulture(pattern.Text).Parse(text) is { Success: true, Value: var date }
            ? zone.AtStartOfDay(date)
            : throw new ConversionException($"Text '{text}' could not be parsed at index 0");
    }

    private static string NamedPattern(string format) => format switch
    {
        "iso" => "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
        "iso_milli" => "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "iso_sec" => "yyyy-MM-dd'T'HH:mm:ssXXX",
        "sql" => "yyyy-MM-dd HH:mm:ss.SSSSSS",
        "sql_milli" => "yyyy-MM-dd HH:mm:ss.SSS",
        "sql_sec" => "yyyy-MM-dd HH:mm:ss",
        "iso_local_date" => "yyyy-MM-dd",
        _ => format,
    };

    private static (string Text, bool HasTime, bool HasOffset) Translated(string pattern)
    {
        var text = new StringBuilder();
        var (hasTime, hasOffset) = (false, false);
        for (var index = 0; index < pattern.Length;)
        {
            var letter = pattern[index];
            if (letter == '\'')
            {
                var close = pattern.IndexOf('\'', index + 1);
                close = close < 0 ? throw new ConversionException($"Pattern ends with an incomplete string literal: {pattern}") : close;
                text.Append(pattern, index, close - index + 1);
                index = close + 1;
                continue;
            }

            var end = index + 1;
            while (end < pattern.Length && pattern[end] == letter)
            {
                end++;
            }

            var count = end - index;
            hasTime |= letter is 'H' or 'h' or 'm' or 's' or 'S';
            hasOffset |= letter is 'X' or 'x' or 'Z';
            text.Append(letter switch
            {
                'y' or 'u' => count == 2 ? "yy" : "uuuu",
                'E' => count >= 4 ? "dddd" : "ddd",
                'a' => "tt",
                'S' => new string('f', count),
                'X' => count == 1 ? "o<Z+HH>" : count == 2 ? "o<Z+HHmm>" : "o<Z+HH:mm>",
                'x' or 'Z' => count == 3 ? "o<+HH:mm>" : count == 1 && letter == 'x' ? "o<+HH>" : "o<+HHmm>",
                'M' or 'd' or 'H' or 'h' or 'm' or 's' => new string(letter, count),
                _ when char.IsAsciiLetter(letter) => throw new ConversionException($"Unknown pattern letter: {letter}"),
                _ => string.Concat(Enumerable.Repeat($"'{letter}'", count)),
            });
            index = end;
        }

        return (text.ToString(), hasTime, hasOffset);
    }
}
