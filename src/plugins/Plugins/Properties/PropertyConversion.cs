using System.Globalization;
using System.Text.Json;
using Kestra.Expressions;
using Kestra.Model.Durations;
using NodaTime;

namespace Kestra.Plugins;

/// <summary>Converts rendered values to what a property is (§7.5 of the language).</summary>
public static class PropertyConversion
{
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

        if (target == typeof(IReadOnlyList<string>))
        {
            return (Structure(value) as IReadOnlyList<object?> ?? throw Wrong(value, "a list")).Select(ValueConversion.ToText).ToList();
        }

        return Scalar(value, target);
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

        if (target.IsEnum)
        {
            return Enum.TryParse(target, text, ignoreCase: false, out var member) && Enum.IsDefined(target, member!) ? member : throw Wrong(value, "one of " + string.Join(", ", Enum.GetNames(target)));
        }

        throw new NotSupportedException($"A property can't be a {target.Name}.");
    }

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
