using System.Text.RegularExpressions;
using Kestra.Model.Durations;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Flows.Inputs;

/// <summary>Checks a parsed value against the bounds of its input (§2.2 of the model).</summary>
public static class InputBounds
{
    /// <param name="allowed">The values of a choice; null when it has none.</param>
    /// <exception cref="InvalidInputException">The value is out of the input's bounds.</exception>
    public static void Check(InputDefinition input, object value, IReadOnlyList<string>? allowed)
    {
        switch (input.Type)
        {
            case InputType.STRING or InputType.SECRET:
                Matches(input.Validator, InputValues.Text(value));
                break;
            case InputType.INT or InputType.FLOAT:
                Between((IComparable)value, input.Min, input.Max, "it");
                break;
            case InputType.DURATION:
                Between((Duration)value, input.Min, input.Max, "It");
                break;
            case InputType.DATETIME or InputType.DATE or InputType.TIME:
                After((IComparable)value, input);
                break;
            case InputType.ENUM or InputType.SELECT when input.Required && !input.AllowCustomValue && allowed is not null && !allowed.Contains(InputValues.Text(value), StringComparer.Ordinal):
                throw Outside(allowed);
            case InputType.MULTISELECT:
                Selected(input, (IReadOnlyList<object?>)value, allowed);
                break;
        }
    }

    private static void Matches(string? pattern, string text)
    {
        if (pattern is not null && !new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)).IsMatch(text))
        {
            throw new InvalidInputException($"it must match the pattern `{pattern}`");
        }
    }

    private static void Between(IComparable value, object? min, object? max, string it)
    {
        if (min is not null && value.CompareTo(min) < 0)
        {
            throw new InvalidInputException($"{it} must be more than `{Shown(min)}`");
        }

        if (max is not null && value.CompareTo(max) > 0)
        {
            throw new InvalidInputException($"{it} must be less than `{Shown(max)}`");
        }
    }

    private static void After(IComparable value, InputDefinition input)
    {
        if (input.After is { } after && value.CompareTo(after) < 0)
        {
            throw new InvalidInputException($"it must be after `{Shown(after)}`");
        }

        if (input.Before is { } before && value.CompareTo(before) > 0)
        {
            throw new InvalidInputException($"it must be before `{Shown(before)}`");
        }
    }

    private static void Selected(InputDefinition input, IReadOnlyList<object?> items, IReadOnlyList<string>? allowed)
    {
        if (input is { Values: not null, Options: not null })
        {
            throw new InvalidInputException("you can't define both `values` and `options`");
        }

        if (input.AllowCustomValue || allowed is null)
        {
            return;
        }

        // The values are texts, and Kestra compares nothing else with them.
        if (items.FirstOrDefault(item => item is not null and not string) is { } other)
        {
            throw new InvalidInputException($"java.lang.ClassCastException: {ShapeText.NoText(other)}");
        }

        if (items.Any(item => !allowed.Contains(item as string ?? "null", StringComparer.Ordinal)))
        {
            throw Outside(allowed);
        }
    }

    private static InvalidInputException Outside(IReadOnlyList<string> allowed) => new($"it must match the values `[{string.Join(", ", allowed)}]`");

    private static string Shown(object bound) => bound is Duration duration ? IsoDuration.Format(duration) : JavaText.Of(bound);
}
