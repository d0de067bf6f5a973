using System.Collections;
using System.Globalization;
using System.Text.Json;
using Kestra.Expressions;
using Kestra.Model.Durations;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Plugins;

/// <summary>Converts rendered values to what a property is (§7.5 of the language).</summary>
public static class PropertyConversion
{
    private static readonly OffsetDateTimePattern WithoutSeconds = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<G>");

    private static readonly OffsetTimePattern TimeWithoutSeconds = OffsetTimePattern.CreateWithInvariantCulture("HH':'mmo<G>");

    /// <exception cref="FormatException">The value does not have this type.</exception>
    public static T? To<T>(object? value) => Convert(value, typeof(T)) is T converted ? converted : default;

    private static object? Convert(object? value, Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null || target == typeof(object))
        {
            return value;
        }

        if (target == typeof(string))
        {
            return ValueConversion.ToText(value);
        }

        if (target == typeof(IReadOnlyDictionary<string, object?>))
        {
            return Structure(value) as IReadOnlyDictionary<string, object?> ?? throw Wrong(value, "a map");
        }

        if (target == typeof(IReadOnlyDictionary<string, string>))
        {
            return Texts(Structure(value) as IReadOnlyDictionary<string, object?> ?? throw Wrong(value, "a map"));
        }

        if (target == typeof(IReadOnlyList<object?>))
        {
            return Structure(value) as IReadOnlyList<object?> ?? throw Wrong(value, "a list");
        }

        return target.IsGenericType && target.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? Items(value, target.GetGenericArguments()[0])
            : Scalar(value, target);
    }

    private static object? Items(object value, Type item)
    {
        if (value is string text && string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var source = Structure(value) as IReadOnlyList<object?> ?? throw Wrong(value, "a list");
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(item))!;
        foreach (var element in source)
        {
            list.Add(Convert(element, item) ?? (item == typeof(string) ? "" : throw Wrong(value, "a list without empty items")));
        }

        return list;
    }

    private static object? Scalar(object value, Type target)
    {
        var text = ValueConversion.ToText(value).Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (target == typeof(bool))
        {
            return bool.TryParse(text, out var flag) ? flag : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number != 0 : throw Wrong(value, "true or false");
        }

        if (target == typeof(int) || target == typeof(long))
        {
            var number = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? decimal.Truncate(parsed) : throw Wrong(value, "a whole number");
            return target == typeof(int) ? (object)(int)number : (object)(long)number;
        }

        if (target == typeof(double))
        {
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(value, "a number");
        }

        if (target == typeof(Duration))
        {
            return value is Duration duration ? duration : IsoDuration.Parse(text);
        }

        if (target == typeof(Instant))
        {
            return value is Instant instant ? instant
                : DateOf(value, text)?.ToInstant() ?? throw Wrong(value, "a date with time and offset");
        }

        if (target == typeof(OffsetDateTime))
        {
            return DateOf(value, text) ?? throw Wrong(value, "a date with time and offset");
        }

        if (target == typeof(OffsetTime))
        {
            return TimeWithOffset(text) ?? throw Wrong(value, "a time with offset");
        }

        if (target.IsEnum)
        {
            return Enum.TryParse(target, text, ignoreCase: false, out var member) && Enum.IsDefined(target, member!) ? member : throw Wrong(value, "one of " + string.Join(", ", Enum.GetNames(target)));
        }

        throw new NotSupportedException($"A property can't be a {target.Name}.");
    }

    private static OffsetDateTime? DateOf(object value, string text) => value switch
    {
        OffsetDateTime date => date,
        ZonedDateTime date => date.ToOffsetDateTime(),
        Instant instant => instant.WithOffset(Offset.Zero),
        _ => ReadDate(text),
    };

    // Users leave out the seconds, and a zone's name may follow the offset.
    private static OffsetDateTime? ReadDate(string text)
    {
        var written = text.IndexOf('[', StringComparison.Ordinal) is > 0 and var zone ? text[..zone] : text;
        return OffsetDateTimePattern.ExtendedIso.Parse(written) is { Success: true, Value: var date } ? date
            : WithoutSeconds.Parse(written) is { Success: true, Value: var shorter } ? shorter : null;
    }

    private static OffsetTime? TimeWithOffset(string text) =>
        OffsetTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var time } ? time
            : TimeWithoutSeconds.Parse(text) is { Success: true, Value: var shorter } ? shorter : null;

    private static object? Structure(object value)
    {
        if (value is not string text)
        {
            return value;
        }

        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw new FormatException($"'{text}' is not JSON: {error.Message}", error);
        }
    }

    private static OrderedDictionary<string, string> Texts(IReadOnlyDictionary<string, object?> map)
    {
        var texts = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            texts[key] = ValueConversion.ToText(value);
        }

        return texts;
    }

    private static FormatException Wrong(object value, string wanted) => new($"'{ValueConversion.ToText(value)}' is not {wanted}");
}
