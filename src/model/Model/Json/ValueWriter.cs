using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Json;

/// <summary>Writes values of the closed list.</summary>
internal static class ValueWriter
{
    private static readonly InstantPattern SixDigits = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'ffffff'Z'");
    private static readonly InstantPattern NoDigits = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'Z'");
    private static readonly InstantPattern ThreeDigits = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'fff'Z'");
    private static readonly InstantPattern NineDigits = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffff'Z'");
    private static readonly LocalDateTimePattern OffsetLong = LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss;FFFFFFFFF");
    private static readonly OffsetDateTimePattern OffsetShort = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'fffo<Z+HH:mm>");

    public static void Write(Utf8JsonWriter writer, object? value, JsonProfile profile)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case BigInteger number:
                writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case double number:
                WriteDouble(writer, number);
                break;
            case float number:
                WriteFloat(writer, number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case Duration duration:
                WriteDuration(writer, duration, profile);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case UnreadMap unread:
                writer.WriteRawValue(unread.Json, skipInputValidation: true);
                break;
            case UnreadList unread:
                writer.WriteRawValue(unread.Json, skipInputValidation: true);
                break;
            case IReadOnlyDictionary<string, object?> map:
                WriteMap(writer, map, profile, keepNulls: true);
                break;
            case IReadOnlyList<object?> list:
                writer.WriteStartArray();
                for (var index = 0; index < list.Count; index++)
                {
                    Write(writer, list[index], profile);
                }

                writer.WriteEndArray();
                break;
            case WrittenDefinition definition:
                definition.Write(writer, profile);
                break;
            default:
                writer.WriteStringValue(TemporalText(value, profile));
                break;
        }
    }

    public static void WriteMap(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> map, JsonProfile profile, bool keepNulls)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in map)
        {
            if (value is not null || keepNulls)
            {
                writer.WritePropertyName(key);
                Write(writer, value, profile);
            }
        }

        writer.WriteEndObject();
    }

    public static void WriteInstant(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Instant instant, JsonProfile profile) =>
        writer.WriteString(name, InstantText(instant, profile));

    public static string InstantText(Instant instant, JsonProfile profile)
    {
        if (profile == JsonProfile.Database)
        {
            return InstantDigits.TryFormat(instant, 6) ?? SixDigits.Format(instant);
        }

        var nanoseconds = (instant - Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds())).SubsecondNanoseconds;
        var (pattern, digits) = nanoseconds switch
        {
            0 => (NoDigits, 0),
            _ when nanoseconds % 1_000_000 == 0 => (ThreeDigits, 3),
            _ when nanoseconds % 1_000 == 0 => (SixDigits, 6),
            _ => (NineDigits, 9),
        };
        return InstantDigits.TryFormat(instant, digits) ?? pattern.Format(instant);
    }

    public static void WriteDuration(Utf8JsonWriter writer, Duration duration, JsonProfile profile)
    {
        if (profile == JsonProfile.Api)
        {
            writer.WriteStringValue(Durations.IsoDuration.Format(duration));
            return;
        }

        var nanoseconds = duration.ToInt128Nanoseconds();
        var sign = nanoseconds < 0 ? "-" : "";
        var absolute = Int128.Abs(nanoseconds);
        writer.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{sign}{absolute / 1_000_000_000}.{absolute % 1_000_000_000:000000000}"), skipInputValidation: true);
    }

    public static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteRawValue(JavaDouble.Format(number), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(JavaDouble.Format(number));
        }
    }

    private static void WriteFloat(Utf8JsonWriter writer, float number)
    {
        if (float.IsFinite(number))
        {
            writer.WriteRawValue(JavaDouble.Format(number), skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(JavaDouble.Format(number));
        }
    }

    public static string ZonedText(ZonedDateTime date, JsonProfile profile) => OffsetText(date.ToOffsetDateTime(), profile);

    private static string OffsetText(OffsetDateTime date, JsonProfile profile) => profile switch
    {
        JsonProfile.Internal => InstantText(date.ToInstant(), profile),
        JsonProfile.Database => OffsetShort.Format(date),
        _ => OffsetLong.Format(date.LocalDateTime) + (date.Offset == Offset.Zero ? "Z" : OffsetPattern.CreateWithInvariantCulture("+HH:mm").Format(date.Offset)),
    };

    internal static string TemporalText(object value, JsonProfile profile) => value switch
    {
        Instant instant => InstantText(instant, profile),
        ZonedDateTime zoned => ZonedText(zoned, profile),
        OffsetDateTime offset => OffsetText(offset, profile),
        LocalDateTime local => LocalText(local),
        LocalDate date => LocalDatePattern.Iso.Format(date),
        LocalTime time => TimeText(time),
        _ => throw new NotSupportedException($"{value.GetType().Name} is not a type of values."),
    };

    // Java leaves the seconds out when they and their fraction are zero.
    private static string LocalText(LocalDateTime local) => new StringBuilder(LocalDatePattern.Iso.Format(local.Date)).Append('T').Append(TimeText(local.TimeOfDay)).ToString();

    private static string TimeText(LocalTime time)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{time.Hour:00}:{time.Minute:00}");
        var nanoseconds = time.NanosecondOfSecond;
        if (time.Second == 0 && nanoseconds == 0)
        {
            return text;
        }

        text += string.Create(CultureInfo.InvariantCulture, $":{time.Second:00}");
        return nanoseconds switch
        {
            0 => text,
            _ when nanoseconds % 1_000_000 == 0 => text + string.Create(CultureInfo.InvariantCulture, $".{nanoseconds / 1_000_000:000}"),
            _ when nanoseconds % 1_000 == 0 => text + string.Create(CultureInfo.InvariantCulture, $".{nanoseconds / 1_000:000000}"),
            _ => text + string.Create(CultureInfo.InvariantCulture, $".{nanoseconds:000000000}"),
        };
    }
}
