namespace Kestra.Model.Flows;

public enum InputType { STRING, ENUM, SELECT, INT, FLOAT, BOOLEAN, BOOL, DATETIME, DATE, TIME, DURATION, FILE, JSON, URI, SECRET, ARRAY, MULTISELECT, YAML, EMAIL }

/// <summary>Inputs and conditions that decide whether an input is asked for at all.</summary>
public sealed record InputDependency(IReadOnlyList<string>? Inputs, string? Condition);

/// <summary>An input of a flow or of a resumed pause. Properties of other types than <see cref="Type"/> are null.</summary>
public sealed record InputDefinition
{
    public required string Id { get; init; }
    public string? Name { get; init; }
    public required InputType Type { get; init; }
    public string? Description { get; init; }
    public string? DisplayName { get; init; }
    public InputDependency? DependsOn { get; init; }
    public bool Required { get; init; } = true;

    /// <summary>Text expression, whatever was written: <c>3</c>, <c>true</c>, <c>[1,2]</c>; rendered, then parsed as the type.</summary>
    public string? Defaults { get; init; }

    /// <summary>STRING, SECRET: a regular expression that the whole text must match.</summary>
    public string? Validator { get; init; }

    /// <summary>Inclusive bounds. INT: <see cref="int"/>, FLOAT: <see cref="float"/>, DURATION: <see cref="NodaTime.Duration"/>.</summary>
    public object? Min { get; init; }
    public object? Max { get; init; }

    /// <summary>Inclusive bounds. DATETIME: <see cref="NodaTime.Instant"/>, DATE: <see cref="NodaTime.LocalDate"/>, TIME: <see cref="NodaTime.LocalTime"/>.</summary>
    public object? After { get; init; }
    public object? Before { get; init; }

    /// <summary>ENUM, SELECT, MULTISELECT.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>MULTISELECT: deprecated twin of <see cref="Values"/>.</summary>
    public IReadOnlyList<string>? Options { get; init; }
    public string? Expression { get; init; }
    public bool AllowCustomValue { get; init; }
    public bool IsRadio { get; init; }
    public bool AutoSelectFirst { get; init; }

    /// <summary>ARRAY, MULTISELECT.</summary>
    public InputType? ItemType { get; init; }

    /// <summary>FILE: deprecated extension of generated file names.</summary>
    public string? Extension { get; init; }
}

/// <param name="Value">Any value; rendered recursively when the execution ends.</param>
/// <param name="Required">Null means required.</param>
public sealed record OutputDefinition(string Id, InputType Type, object? Value, string? Description = null, string? DisplayName = null, bool? Required = null);
