using System.Globalization;
using System.Text.RegularExpressions;

namespace Kestra.Model.Flows.Reading;

/// <summary>Inputs and outputs of flows, and the rules of one alone (§2.1, §2.2, §3.1 of the model).</summary>
internal static class InputReader
{
    /// <returns>Null when the type is missing or unknown.</returns>
    public static InputDefinition? Input(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var written = raw.GetValueOrDefault("type") is { } value ? RawMap.TextOf(value) : null;
        if (written is null || !Constants.TryRead<InputType>(written, out var type))
        {
            scope.Faults.Add(place.Fault(ShapeText.UnknownType(written), FaultKind.UnknownType, $"one of {string.Join(", ", Enum.GetNames<InputType>())}"));
            return null;
        }

        var map = new RawMap(raw, place, ClassNames.InputOf(type), scope) { NamedList = "inputs" };
        map.Value("type");
        var name = map.Text("name");
        var input = OfType(map, type) with
        {
            Id = map.Text("id") ?? name ?? "",
            Name = name,
            Description = map.Text("description"),
            DisplayName = map.Text("displayName"),
            DependsOn = map.Map("dependsOn", ClassNames.DependsOn) is { } depends ? Dependency(depends) : null,
            Required = map.Flag("required", true, "java.lang.Boolean"),
            Defaults = map.Expression("defaults"),
        };
        Check(map, input);
        map.NoMore(ClassNames.InputProperties(type));
        return input;
    }

    public static OutputDefinition Output(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var map = new RawMap(raw, place, ClassNames.Output, scope);
        var output = new OutputDefinition(
            map.Text("id") ?? "",
            map.Enum<InputType>("type", ClassNames.InputType) ?? InputType.STRING,
            map.Value("value"),
            map.Text("description"),
            map.Text("displayName"),
            map.OptionalFlag("required"));
        IdRules.Value(map, output.Id);
        if (raw.GetValueOrDefault("type") is null)
        {
            map.Broken("type", "must not be null");
        }

        if (output.Value is null)
        {
            map.Broken("value", "must not be null");
        }

        map.NoMore(ClassNames.OutputProperties);
        return output;
    }

    private static InputDefinition OfType(RawMap map, InputType type)
    {
        var input = new InputDefinition { Id = "", Type = type };
        return type switch
        {
            InputType.STRING or InputType.SECRET => input with { Validator = map.Text("validator") },
            InputType.INT => input with { Min = map.Number("min"), Max = map.Number("max") },
            InputType.FLOAT => input with { Min = (float?)map.Fraction("min", "java.lang.Float"), Max = (float?)map.Fraction("max", "java.lang.Float") },
            InputType.DURATION => input with { Min = map.Duration("min"), Max = map.Duration("max") },
            InputType.DATETIME => Between(map, input, "java.time.Instant", TemporalParsers.DateTime),
            InputType.DATE => Between(map, input, "java.time.LocalDate", TemporalParsers.Date),
            InputType.TIME => Between(map, input, "java.time.LocalTime", TemporalParsers.Time),
            InputType.FILE => input with { Extension = map.Text("extension") },
            InputType.ARRAY => input with { ItemType = map.Enum<InputType>("itemType", ClassNames.InputType) },
            InputType.ENUM => input with { Values = map.Texts("values") },
            InputType.SELECT => Choice(map, input) with { IsRadio = map.Flag("isRadio", false, "java.lang.Boolean") },
            InputType.MULTISELECT => Choice(map, input) with { Options = map.Texts("options"), ItemType = map.Enum<InputType>("itemType", ClassNames.InputType) },
            _ => input,
        };
    }

    private static InputDefinition Between<T>(RawMap map, InputDefinition input, string type, TemporalParser<T> parser)
        where T : struct => input with { After = map.Temporal("after", type, parser), Before = map.Temporal("before", type, parser) };

    private static InputDefinition Choice(RawMap map, InputDefinition input) => input with
    {
        Values = map.Texts("values"),
        Expression = map.Text("expression"),
        AllowCustomValue = map.Flag("allowCustomValue", false, "java.lang.Boolean"),
        AutoSelectFirst = map.Flag("autoSelectFirst", false, "java.lang.Boolean"),
    };

    private static InputDependency Dependency(RawMap map)
    {
        var dependency = new InputDependency(map.Texts("inputs"), map.Text("condition"));
        map.NoMore(ClassNames.DependsOnProperties);
        return dependency;
    }

    private static void Check(RawMap map, InputDefinition input)
    {
        if (input.Name is null || map.Raw.GetValueOrDefault("id") is not null)
        {
            IdRules.Value(map, input.Id);
        }

        if (input.Validator is { } validator && !IsPattern(validator))
        {
            map.Broken("validator", $"invalid pattern [{validator}]");
        }

        CheckPatterns(map, "values", input.Values);
        CheckPatterns(map, "options", input.Options);
        if (input is { Type: InputType.ENUM, Values: null } && map.Raw.GetValueOrDefault("values") is null)
        {
            map.Broken("values", "must not be null");
        }

        if (input.Type == InputType.ARRAY)
        {
            CheckItemType(map, input);
        }
    }

    private static void CheckItemType(RawMap map, InputDefinition input)
    {
        if (map.Raw.GetValueOrDefault("itemType") is null)
        {
            map.Broken("itemType", "must not be null");
        }
        else if (input.ItemType == InputType.ARRAY)
        {
            map.Broken("", "`itemType` cannot be `ARRAY`");
        }
    }

    private static void CheckPatterns(RawMap map, string name, IReadOnlyList<string>? patterns)
    {
        for (var index = 0; index < (patterns?.Count ?? 0); index++)
        {
            if (!IsPattern(patterns![index]))
            {
                map.Broken(string.Create(CultureInfo.InvariantCulture, $"{name}[{index}].<list element>"), $"invalid pattern [{patterns[index]}]");
            }
        }
    }

    private static bool IsPattern(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
