using NodaTime;
using NodaTime.Text;

namespace Kestra.Ion;

/// <summary>Dates and times that Ion has no type for: texts under an annotation that names their type.</summary>
internal static class IonTemporal
{
    public const string LocalDateTimeName = "LocalDateTime";
    public const string OffsetDateTimeName = "OffsetDateTime";
    public const string ZonedDateTimeName = "ZonedDateTime";
    public const string LocalTimeName = "LocalTime";

    private static readonly LocalDateTimePattern DateTime = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss;FFFFFFFFF");
    private static readonly LocalDateTimePattern DateTimeToMinute = LocalDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm");
    private static readonly LocalTimePattern Time = LocalTimePattern.CreateWithInvariantCulture("HH:mm:ss;FFFFFFFFF");
    private static readonly LocalTimePattern TimeToMinute = LocalTimePattern.CreateWithInvariantCulture("HH:mm");
    private static readonly OffsetPattern OffsetText = OffsetPattern.CreateWithInvariantCulture("Z+HH:mm:ss");

    public static string Format(LocalDateTime value) => DateTime.Format(value);

    public static string Format(LocalTime value) => Time.Format(value);

    public static string Format(OffsetDateTime value) => DateTime.Format(value.LocalDateTime) + Format(value.Offset);

    /// <summary>A zone that is nothing but an offset has no name in brackets.</summary>
    public static string Format(ZonedDateTime value)
    {
        var text = Format(value.ToOffsetDateTime());
        var isOffset = value.Zone.Id.StartsWith("UTC", StringComparison.Ordinal) && value.Zone.Id.Length > 3;
        return isOffset ? text : $"{text}[{value.Zone.Id}]";
    }

    /// <summary>The value that an annotated text stands for.</summary>
    /// <exception cref="FormatException">The text is not of the annotated type.</exception>
    public static bool TryRead(string annotation, string text, out object? value)
    {
        value = annotation switch
        {
            LocalDateTimeName => ReadDateTime(text),
            OffsetDateTimeName => ReadOffsetDateTime(text),
            ZonedDateTimeName => ReadZonedDateTime(text),
            LocalTimeName => ReadTime(text),
            _ => null,
        };
        return value is not null;
    }

    private static string Format(Offset offset)
    {
        var text = OffsetText.Format(offset);
        return text.Length == 9 && text.EndsWith(":00", StringComparison.Ordinal) ? text[..6] : text;
    }

    private static LocalDateTime ReadDateTime(string text)
    {
        var result = DateTime.Parse(text);
        return result.Success ? result.Value : DateTimeToMinute.Parse(text).GetValueOrThrow();
    }

    private static LocalTime ReadTime(string text)
    {
        var result = Time.Parse(text);
        return result.Success ? result.Value : TimeToMinute.Parse(text).GetValueOrThrow();
    }

    private static OffsetDateTime ReadOffsetDateTime(string text)
    {
        var split = OffsetStart(text);
        return ReadDateTime(text[..split]).WithOffset(ReadOffset(text[split..]));
    }

    private static Offset ReadOffset(string text)
    {
        var padded = text.Length == 6 ? text + ":00" : text;
        return OffsetText.Parse(padded).GetValueOrThrow();
    }

    private static ZonedDateTime ReadZonedDateTime(string text)
    {
        var bracket = text.IndexOf('[');
        if (bracket < 0)
        {
            var fixedOffset = ReadOffsetDateTime(text);
            return fixedOffset.InFixedZone();
        }

        if (!text.EndsWith(']'))
        {
            throw new FormatException($"'{text}' has no closing bracket after its zone");
        }

        var id = text[(bracket + 1)..^1];
        var zone = id is "UTC" or "Z" or "GMT" ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
        if (zone is null)
        {
            throw new FormatException($"'{id}' is not a known time zone");
        }

        return ReadOffsetDateTime(text[..bracket]).InZone(zone);
    }

    private static int OffsetStart(string text)
    {
        var time = text.IndexOf('T');
        var start = time < 0 ? -1 : text.AsSpan(time).IndexOfAny('Z', '+', '-');
        return start < 0 ? throw new FormatException($"'{text}' has no offset") : time + start;
    }
}
