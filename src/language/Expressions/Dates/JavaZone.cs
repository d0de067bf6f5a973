using System.Globalization;
using NodaTime;

namespace Kestra.Expressions.Dates;

/// <summary>A time zone under the name that Java gives it.</summary>
/// <param name="IsRegion">A name, as opposed to a bare offset.</param>
internal sealed record JavaZone(string Id, DateTimeZone Zone, bool IsRegion)
{
    private const int MostSeconds = 18 * 3600;

    // 400 years, after which the calendar repeats.
    private const long Cycle = 12_622_780_800;

    // Abbreviations that the time zone database has and Java does not.
    private static readonly HashSet<string> Unknown = new(StringComparer.Ordinal) { "EST", "MST", "HST", "ROC" };

    public static JavaZone Utc { get; } = new("UTC", DateTimeZone.Utc, IsRegion: true);

    public static JavaZone Of(DateTimeZone zone) => zone.Id switch
    {
        "UTC" => Utc,
        _ when DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone.Id) is not null && !zone.Id.StartsWith("UTC", StringComparison.Ordinal) => new JavaZone(zone.Id, zone, IsRegion: true),
        _ => Of(zone.GetUtcOffset(NodaConstants.UnixEpoch)),
    };

    public static JavaZone Of(Offset offset) => new(OffsetId(offset.Seconds), DateTimeZone.ForOffset(offset), IsRegion: false);

    /// <exception cref="ConversionException">There is no such zone.</exception>
    public static JavaZone Of(string id)
    {
        if (id == "Z" || id.StartsWith('+') || id.StartsWith('-'))
        {
            return Of(ParseOffset(id));
        }

        if (id is "UTC" or "GMT" or "UT")
        {
            return id == "UTC" ? Utc : new JavaZone(id, DateTimeZone.Utc, IsRegion: true);
        }

        var prefix = Array.Find(["UTC", "GMT", "UT"], prefix => id.Length > prefix.Length && id.StartsWith(prefix, StringComparison.Ordinal) && id[prefix.Length] is '+' or '-');
        if (prefix is not null)
        {
            var offset = ParseOffset(id[prefix.Length..]);
            return new JavaZone(offset == Offset.Zero ? prefix : prefix + OffsetId(offset.Seconds), DateTimeZone.ForOffset(offset), IsRegion: true);
        }

        var zone = Unknown.Contains(id) || id.StartsWith("UTC", StringComparison.Ordinal) ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
        return zone is not null ? new JavaZone(id, zone, IsRegion: true) : throw new ConversionException($"Unknown time-zone ID: {id}");
    }

    /// <summary>Seconds east of Greenwich; beyond the years that the database knows the rules of the last ones hold.</summary>
    public int OffsetAt(long seconds)
    {
        var known = seconds switch
        {
            > 250_000_000_000 => seconds - ((((seconds - 250_000_000_000) / Cycle) + 1) * Cycle),
            < -370_000_000_000 => seconds + ((((-370_000_000_000 - seconds) / Cycle) + 1) * Cycle),
            _ => seconds,
        };
        return Zone.GetUtcOffset(Instant.FromUnixTimeSeconds(known)).Seconds;
    }

    public static string OffsetId(int seconds)
    {
        if (seconds == 0)
        {
            return "Z";
        }

        var (absolute, sign) = (Math.Abs(seconds), seconds < 0 ? '-' : '+');
        var text = string.Create(CultureInfo.InvariantCulture, $"{sign}{absolute / 3600:00}:{absolute / 60 % 60:00}");
        return absolute % 60 == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}:{absolute % 60:00}");
    }

    // Z, +h, +hh, +hh:mm, +hhmm, +hh:mm:ss, +hhmmss.
    private static Offset ParseOffset(string id)
    {
        if (id == "Z")
        {
            return Offset.Zero;
        }

        var digits = id[1..].Replace(":", "", StringComparison.Ordinal);
        var colons = id.Length - 1 - digits.Length;
        digits = digits.Length == 1 ? "0" + digits : digits;
        var isWellFormed = digits.Length is 2 or 4 or 6 && digits.All(char.IsAsciiDigit) && (colons == 0 || (colons == (digits.Length / 2) - 1 && id[3] == ':'));
        if (!isWellFormed)
        {
            throw new ConversionException($"Invalid ID for ZoneOffset, invalid format: {id}");
        }

        digits = digits.PadRight(6, '0');
        var (hours, minutes, rest) = (Part(digits, 0), Part(digits, 2), Part(digits, 4));
        var seconds = (hours * 3600) + (minutes * 60) + rest;
        return minutes < 60 && rest < 60 && seconds <= MostSeconds
            ? Offset.FromSeconds(id[0] == '-' ? -seconds : seconds)
            : throw new ConversionException($"Zone offset not in valid range: {id}");
    }

    private static int Part(string digits, int start) => int.Parse(digits.AsSpan(start, 2), NumberStyles.None, CultureInfo.InvariantCulture);
}
