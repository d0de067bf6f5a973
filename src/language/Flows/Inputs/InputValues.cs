using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Expressions;
using Kestra.Flows.Yaml;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Flows.Inputs;

/// <summary>Parses one value as an input type, and checks it against the input's bounds (§2.2 of the model).</summary>
public static partial class InputValues
{
    /// <exception cref="InvalidInputException">The value is not of the type.</exception>
    public static object? Parse(InputType type, object value, InputType? itemType = null)
    {
        try
        {
            return type switch
            {
                InputType.INT => Int(value),
                InputType.FLOAT => Float(value),
                InputType.BOOLEAN or InputType.BOOL => value is bool flag ? flag : Text(value).Equals("true", StringComparison.OrdinalIgnoreCase),
                InputType.DATETIME => value as Instant? ?? Date(Text(value), OffsetDateTimePattern.ExtendedIso, type).ToInstant(),
                InputType.DATE => value as LocalDate? ?? Date(Text(value), LocalDatePattern.Iso, type),
                InputType.TIME => value as LocalTime? ?? Time(Text(value)),
                InputType.DURATION => value as Duration? ?? Length(Text(value)),
                InputType.JSON => value is string json ? Json(json, type) : value,
                InputType.YAML => value is string yaml ? YamlDocument.Parse(yaml).Root : value,
                InputType.URI => UriPattern().IsMatch(Text(value)) ? Text(value) : throw Expected(type, value),
                InputType.EMAIL => EmailPattern().IsMatch(Text(value)) ? Text(value) : throw new InvalidInputException("The input must be a valid email"),
                InputType.ARRAY or InputType.MULTISELECT => List(type, value, itemType ?? InputType.STRING),
                _ => Text(value),
            };
        }
        catch (YamlException error)
        {
            throw Expected(type, value, error.Message);
        }
    }

    /// <exception cref="InvalidInputException">The value is out of the input's bounds.</exception>
    public static void Check(InputDefinition input, object value, IReadOnlyList<string>? allowed)
    {
        switch (input.Type)
        {
            case InputType.STRING or InputType.SECRET when input.Validator is { } pattern && !new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).IsMatch(Text(value)):
                throw new InvalidInputException($"it must match the pattern `{pattern}`");
            case InputType.INT:
                Between((int)value, Number(input.Min), Number(input.Max), number => ((int)number).ToString(CultureInfo.InvariantCulture), "it");
                break;
            case InputType.FLOAT:
                Between((float)value, Number(input.Min), Number(input.Max), number => Model.Json.JavaDouble.Format(number), "it");
                break;
            case InputType.DURATION:
                Between(((Duration)value).TotalSeconds, Seconds(input.Min), Seconds(input.Max), number => IsoDuration.Format(Duration.FromSeconds(number)), "It");
                break;
            case InputType.DATETIME:
                After((Instant)value, input, text => OffsetDateTimePattern.ExtendedIso.Parse(text).Value.ToInstant());
                break;
            case InputType.DATE:
                After((LocalDate)value, input, text => LocalDatePattern.Iso.Parse(text).Value);
                break;
            case InputType.TIME:
                After((LocalTime)value, input, Time);
                break;
            case InputType.ENUM or InputType.SELECT when input.Required && !input.AllowCustomValue && allowed is not null && !allowed.Contains(Text(value), StringComparer.Ordinal):
            case InputType.MULTISELECT when !input.AllowCustomValue && allowed is not null && ((IReadOnlyList<object?>)value).Any(item => !allowed.Contains(ValueConversion.ToText(item), StringComparer.Ordinal)):
                throw new InvalidInputException($"it must match the values `[{string.Join(", ", allowed)}]`");
        }
    }

    private static string Text(object value) => value as string ?? ValueConversion.ToText(value);

    private static object Int(object value) => value is int number ? number
        : int.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : throw new InvalidInputException($"For input string: \"{Text(value)}\"");

    private static object Float(object value) => float.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : throw new InvalidInputException($"For input string: \"{Text(value)}\"");

    private static T Date<T>(string text, IPattern<T> pattern, InputType type) => pattern.Parse(text) is { Success: true, Value: var value }
        ? value
        : throw Expected(type, text, $"Text '{text}' could not be parsed at index 0");

    private static LocalTime Time(string text) => LocalTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var time } ? time
        : LocalTimePattern.CreateWithInvariantCulture("HH':'mm").Parse(text) is { Success: true, Value: var minutes } ? minutes
        : throw Expected(InputType.TIME, text, $"Text '{text}' could not be parsed at index 0");

    private static Duration Length(string text) => text.StartsWith('P') && IsoDuration.TryParse(text, out var duration)
        ? duration
        : throw Expected(InputType.DURATION, text, "Text cannot be parsed to a Duration");

    private static object? Json(string text, InputType type)
    {
        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw Expected(type, text, error.Message);
        }
    }

    private static List<object?> List(InputType type, object value, InputType itemType)
    {
        var items = value is string text ? Json(text, type) as IReadOnlyList<object?> : value as IReadOnlyList<object?>;
        return items is null ? throw Expected(type, value) : [.. items.Select(item => Item(item, itemType))];
    }

    private static object? Item(object? item, InputType type)
    {
        try
        {
            return item is null ? null : Parse(type, item);
        }
        catch (InvalidInputException error)
        {
            throw new InvalidInputException($"Unable to parse array element as `{type}` on `{ValueConversion.ToText(item)}`", error);
        }
    }

    private static double? Number(object? bound) => bound is null ? null : double.Parse(ValueConversion.ToText(bound), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static double? Seconds(object? bound) => bound is null ? null : IsoDuration.Parse(ValueConversion.ToText(bound)).TotalSeconds;

    private static void Between(double value, double? min, double? max, Func<double, string> text, string it)
    {
        if (min is { } least && value < least)
        {
            throw new InvalidInputException($"{it} must be more than `{text(least)}`");
        }

        if (max is { } most && value > most)
        {
            throw new InvalidInputException($"{it} must be less than `{text(most)}`");
        }
    }

    private static void After<T>(T value, InputDefinition input, Func<string, T> parse)
        where T : IComparable<T>
    {
        if (input.After is { } after && value.CompareTo(parse(after)) < 0)
        {
            throw new InvalidInputException($"it must be after `{after}`");
        }

        if (input.Before is { } before && value.CompareTo(parse(before)) > 0)
        {
            throw new InvalidInputException($"it must be before `{before}`");
        }
    }

    private static InvalidInputException Expected(InputType type, object value, string? details = null) =>
        new(details is null ? $"Expected `{type}` but received `{Text(value)}`" : $"java.lang.Exception: Expected `{type}` but received `{Text(value)}` with errors:\n```\n{details}\n```");

    [GeneratedRegex(@"^$|^[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"^[a-z]+:\/\/(?:www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b(?:[-a-zA-Z0-9()@:%_\+.~#?&\/=]*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UriPattern();
}

/// <summary>A value that an input does not take; the message is the part between the input's name and the value.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : Exception(message, inner);
