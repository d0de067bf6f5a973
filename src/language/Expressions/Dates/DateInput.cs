using System.Globalization;
using System.Text.RegularExpressions;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;
using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>What date filters are given: a value, a zone, a format and a locale.</summary>
internal static partial class DateInput
{
    public static JavaZone Zone(Arguments arguments) => arguments["timeZone"] is { } id ? JavaZone.Of(Text(id)) : arguments.Frame.Options.JavaZone;

    public static LocaleData Locale(Arguments arguments) => arguments["locale"] is { } name ? LocaleData.Of(Text(name)) : LocaleData.Default;

    /// <summary>The format that was written, or <c>iso</c>.</summary>
    public static string Format(Arguments arguments) => arguments.Has("format") ? Text(arguments["format"] ?? throw new ConversionException("The pattern may not be null")) : "iso";

    public static Moment Parse(object value, Arguments arguments)
    {
        var zone = Zone(arguments);
        return value switch
        {
            Instant instant => Moment.Of(instant, zone),
            ZonedDateTime zoned => Moment.Of(zoned.ToInstant(), zone),
            OffsetDateTime offset => Moment.Of(offset.ToInstant(), zone),
            LocalDateTime local => Moment.Of(local, zone),
            LocalDate date => Moment.Of(date.AtMidnight(), zone),
            long number => Epoch(number, zone),
            string text => OfText(text, zone, arguments["existingFormat"]),
            _ => throw new ConversionException($"class {ClassNames.Of(value)} cannot be cast to class java.lang.String"),
        };
    }

    public static string Text(object value) => value as string ?? throw new ConversionException($"class {ClassNames.Of(value)} cannot be cast to class java.lang.String");

    // The number of characters tells the unit. Nanoseconds that end in 000 are right; of others only the last six digits count, and as microseconds.
    private static Moment Epoch(long number, JavaZone zone) => number.ToString(CultureInfo.InvariantCulture).Length switch
    {
        13 => Moment.Of(Instant.FromUnixTimeMilliseconds(number), zone),
        19 => NanosecondEpoch(number, zone),
        _ => new Moment(number, 0, zone),
    };

    private static Moment NanosecondEpoch(long number, JavaZone zone)
    {
        var nanos = number % 1000 == 0 ? number % 1_000_000_000 : number % 1_000_000 * 1000;
        return nanos >= 0 ? new Moment(number / 1_000_000_000, (int)nanos, zone) : new Moment((number / 1_000_000_000) - 1, (int)(nanos + 1_000_000_000), zone);
    }

    private static Moment OfText(string text, JavaZone zone, object? format)
    {
        if (format is not null)
        {
            return DateReading.Read(text, NamedFormats.ForReading(Text(format)), zone);
        }

        var match = Iso().Match(text);
        if (!match.Success)
        {
            throw Unreadable(text);
        }

        try
        {
            var date = new LocalDate(Number(match, "year"), Number(match, "month"), Number(match, "day"));
            if (!match.Groups["hour"].Success)
            {
                return Moment.Of(date.AtMidnight(), zone);
            }

            var time = new LocalTime(Number(match, "hour"), Number(match, "minute"), Number(match, "second")).PlusNanoseconds(long.Parse(match.Groups["fraction"].Value.PadRight(9, '0'), CultureInfo.InvariantCulture));
            return match.Groups["offset"].Success ? Zoned(date.At(time), match) : Moment.Of(date.At(time), zone);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new ConversionException($"Text '{text}' could not be parsed: {error.Message}", error);
        }
    }

    private static Moment Zoned(LocalDateTime local, Match match)
    {
        var moment = Moment.Of(local, JavaZone.Of(match.Groups["offset"].Value.ToUpperInvariant()));
        return match.Groups["zone"].Success ? moment.In(JavaZone.Of(match.Groups["zone"].Value)) : moment;
    }

    private static int Number(Match match, string group) => match.Groups[group].Value is { Length: > 0 } digits ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;

    private static ConversionException Unreadable(string text)
    {
        var date = IsoDate().IsMatch(text);
        return new ConversionException(date ? $"Text '{text}' could not be parsed, unparsed text found at index 10" : $"Text '{text}' could not be parsed at index 0");
    }

    [GeneratedRegex(@"^(?<year>[0-9]{4})-(?<month>[0-9]{2})-(?<day>[0-9]{2})(?:[Tt](?<hour>[0-9]{2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2})(?:\.(?<fraction>[0-9]{1,9}))?)?(?:(?<offset>[Zz]|[+-][0-9]{2}(?::[0-9]{2}(?::[0-9]{2})?)?)(?:\[(?<zone>[A-Za-z0-9/_+:~-]+)\])?)?)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Iso();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex IsoDate();
}
