using System.Globalization;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Expressions.Dates;

/// <summary>Turns what date filters are given into a date in a zone.</summary>
internal static class DateInput
{
    private static readonly LocalDateTimePattern[] LocalForms =
    [
        LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm"),
        LocalDateTimePattern.ExtendedIso,
    ];

    public static DateTimeZone Zone(Arguments arguments)
    {
        var id = arguments["timeZone"] as string;
        return id is null ? arguments.Frame.Options.Zone : Zone(id);
    }

    public static DateTimeZone Zone(string id)
    {
        if (id is "UTC" or "GMT" or "Z")
        {
            return id == "Z" ? DateTimeZone.Utc : DateTimeZone.ForOffset(Offset.Zero) is var zero && id == "UTC" ? DateTimeZone.Utc : zero;
        }

        var offset = id.StartsWith("UTC", StringComparison.Ordinal) || id.StartsWith("GMT", StringComparison.Ordinal) ? id[3..] : id;
        if (offset.Length > 1 && offset[0] is '+' or '-')
        {
            var padded = offset.Length is 2 ? $"{offset[0]}0{offset[1]}" : offset;
            var parsed = OffsetPattern.CreateWithInvariantCulture(padded.Contains(':', StringComparison.Ordinal) ? "+HH:mm" : "+HH").Parse(padded);
            if (parsed.Success)
            {
                return DateTimeZone.ForOffset(parsed.Value);
            }
        }

        return DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? throw new ConversionException($"Unknown time-zone ID: {id}");
    }

    public static ZonedDateTime Parse(object value, Arguments arguments)
    {
        var zone = Zone(arguments);
        return value switch
        {
            Instant instant => instant.InZone(zone),
            ZonedDateTime zoned => zoned.WithZone(zone),
            OffsetDateTime offset => offset.ToInstant().InZone(zone),
            LocalDateTime local => local.InZoneLeniently(zone),
            LocalDate date => zone.AtStartOfDay(date),
            long number => Epoch(number).InZone(zone),
            string text => Text(text, zone, arguments["existingFormat"] as string),
            _ => throw new ConversionException($"class {ClassNames.Of(value)} cannot be cast to class java.lang.String"),
        };
    }

    private static Instant Epoch(long number) => number.ToString(CultureInfo.InvariantCulture).Length switch
    {
        13 => Instant.FromUnixTimeMilliseconds(number),
        19 => Instant.FromUnixTimeSeconds(number / 1_000_000_000) + Duration.FromNanoseconds(number % 1_000_000 * 1000),
        _ => Instant.FromUnixTimeSeconds(number),
    };

    private static ZonedDateTime Text(string text, DateTimeZone zone, string? format)
    {
        if (format is not null)
        {
            return JavaDateParsing.Parse(text, format, zone);
        }

        var upper = text.ToUpperInvariant();
        var bracket = upper.IndexOf('[', StringComparison.Ordinal);
        var body = bracket > 0 ? upper[..bracket] : upper;
        if (TryOffset(body, out var offset))
        {
            return bracket > 0 ? offset.ToInstant().InZone(Zone(text[(bracket + 1)..^1])) : offset.InFixedZone();
        }

        foreach (var form in LocalForms)
        {
            if (form.Parse(upper) is { Success: true, Value: var local })
            {
                return local.InZoneLeniently(zone);
            }
        }

        return LocalDatePattern.Iso.Parse(upper) is { Success: true, Value: var date }
            ? zone.AtStartOfDay(date)
            : throw new ConversionException($"Text '{text}' could not be parsed at index 0");
    }

    private static bool TryOffset(string text, out OffsetDateTime result)
    {
        var time = text.IndexOf('T', StringComparison.Ordinal);
        var sign = time < 0 ? -1 : text.IndexOfAny(['Z', '+', '-'], time);
        if (sign < 0)
        {
            result = default;
            return false;
        }

        var (local, offset) = (text[..sign], text[sign..]);
        var zone = offset == "Z" ? Offset.Zero : OffsetPattern.CreateWithInvariantCulture(offset.Length == 3 ? "+HH" : "+HH:mm").Parse(offset) is { Success: true, Value: var given } ? given : (Offset?)null;
        foreach (var form in LocalForms)
        {
            if (zone is { } known && form.Parse(local) is { Success: true, Value: var parsed })
            {
                result = parsed.WithOffset(known);
                return true;
            }
        }

        result = default;
        return false;
    }
}
