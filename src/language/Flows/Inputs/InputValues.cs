using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Expressions;
using Kestra.Flows.Yaml;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Flows.Inputs;

/// <summary>Parses one value as an input type (§2.2 of the model).</summary>
public static partial class InputValues
{
    private const string Empty = "No content to map due to end-of-input";

    /// <exception cref="InvalidInputException">The value is not of the type.</exception>
    public static object? Parse(InputType type, object value, InputType? itemType = null) => type switch
    {
        InputType.INT => Int(value),
        InputType.FLOAT => Float(value),
        InputType.BOOLEAN or InputType.BOOL => value is bool flag ? flag : Text(value).Equals("true", StringComparison.OrdinalIgnoreCase),
        InputType.DATETIME => value as Instant? ?? Temporal(type, value, TemporalParsers.DateTime),
        InputType.DATE => value as LocalDate? ?? Temporal(type, value, TemporalParsers.Date),
        InputType.TIME => value as LocalTime? ?? Temporal(type, value, TemporalParsers.Time),
        InputType.DURATION => value as Duration? ?? Length(value),
        InputType.JSON => IsStructure(value) ? value : Json(type, value),
        InputType.YAML => IsStructure(value) ? value : Yaml(value),
        InputType.URI => UriPattern().IsMatch(Text(value)) ? Text(value) : throw new InvalidInputException($"Expected `URI` but received `{Text(value)}`"),
        InputType.EMAIL => EmailPattern().IsMatch(Text(value)) ? Text(value) : throw new InvalidInputException("The input must be a valid email"),
        InputType.ARRAY or InputType.MULTISELECT => List(type, value, itemType ?? InputType.STRING),
        _ => Text(value),
    };

    /// <summary>A value as text: what was submitted as such, everything else as messages print it.</summary>
    internal static string Text(object value) => value as string ?? JavaText.Of(value);

    /// <summary>A text that is not of the type, with the reason.</summary>
    internal static InvalidInputException Unparsed(InputType type, object value, string reason) =>
        new($"java.lang.Exception: Expected `{type}` but received `{Text(value)}` with errors:\n```\n{reason}\n```");

    private static bool IsStructure(object value) => value is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>;

    private static object Int(object value) => value is int number ? number
        : int.TryParse(Text(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? parsed
        : throw NoNumber(value);

    private static object Float(object value)
    {
        switch (value)
        {
            case float number:
                return number;
            case double or int or long or decimal or BigInteger:
                return (float)ValueConversion.ToDouble(value);
            default:
                var text = Text(value).Trim();
                if (text.Length == 0)
                {
                    throw new InvalidInputException("empty String");
                }

                // A number may carry the mark of its width.
                var plain = text.Length > 1 && text[^1] is 'f' or 'F' or 'd' or 'D' && (char.IsAsciiDigit(text[^2]) || text[^2] == '.') ? text[..^1] : text;
                return FloatPattern().IsMatch(plain) && float.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : throw NoNumber(value);
        }
    }

    private static InvalidInputException NoNumber(object value) => new($"For input string: \"{Text(value)}\"");

    private static T Temporal<T>(InputType type, object value, TemporalParser<T> parser)
        where T : struct => parser.Parse(Text(value), out var reason) ?? throw Unparsed(type, value, reason);

    private static Duration Length(object value) => Text(value) is ['P' or 'p' or '-' or '+', .., not (>= '0' and <= '9')] text && IsoDuration.TryParse(text, out var duration)
        ? duration
        : throw Unparsed(InputType.DURATION, value, "Text cannot be parsed to a Duration");

    private static object? Json(InputType type, object value)
    {
        try
        {
            return ValueJson.ReadFirst(Text(value));
        }
        catch (JsonException error)
        {
            throw Unparsed(type, value, JsonFaultText.Of(Text(value)) ?? error.Message);
        }
    }

    private static object? Yaml(object value)
    {
        try
        {
            var document = YamlDocument.Parse(Text(value));
            return document.Root is null && document.Positions.Count == 0 ? throw Unparsed(InputType.YAML, value, Empty) : document.Root;
        }
        catch (YamlException error)
        {
            throw Unparsed(InputType.YAML, value, error.Message);
        }
    }

    private static List<object?> List(InputType type, object value, InputType itemType)
    {
        var items = value is IReadOnlyList<object?> given ? given : Json(type, value);
        return items is IReadOnlyList<object?> list
            ? [.. list.Select(item => Item(item, itemType))]
            : throw Unparsed(type, value, items is null ? Empty : ShapeText.WrongKind(ShapeText.ListOf("java.lang.Object"), items));
    }

    private static object? Item(object? item, InputType type)
    {
        try
        {
            return item is null ? null : Parse(type, item);
        }
        catch (InvalidInputException error)
        {
            throw new InvalidInputException($"Unable to parse array element as `{type}` on `{JavaText.Of(item)}`", error);
        }
    }

    [GeneratedRegex(@"^(?:[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:NaN|Infinity))\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FloatPattern();

    [GeneratedRegex(@"^\z|^[a-zA-Z0-9_!#$%&’*+/=?`{|}~^.-]+@[a-zA-Z0-9.-]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"^[a-z]+:\/\/(?:www\.)?[-a-zA-Z0-9@:%._\+~#=]{1,256}\.[a-zA-Z0-9()]{1,6}\b(?:[-a-zA-Z0-9()@:%_\+.~#?&\/=]*)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UriPattern();
}

/// <summary>A value that an input does not take; the message is the part between the input's name and the value.</summary>
public sealed class InvalidInputException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The value is a secret that could not be kept, and must not be shown.</summary>
    public bool HidesValue { get; init; }
}
