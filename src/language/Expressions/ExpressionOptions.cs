namespace Kestra.Expressions;

/// <summary>Limits of the language. A rendering that exceeds one fails with a message that names it.</summary>
public sealed class ExpressionOptions
{
    /// <summary>Evaluations of expressions and loop turns in one rendering.</summary>
    public int StepLimit { get; init; } = 10_000_000;

    /// <summary>Characters of one rendered text.</summary>
    public int OutputLimit { get; init; } = 64 * 1024 * 1024;

    /// <summary>Nesting of brackets, tags and macro calls.</summary>
    public int DepthLimit { get; init; } = 200;

    /// <summary>Time of one regular expression.</summary>
    public TimeSpan RegexTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Passes of recursive rendering.</summary>
    public int RecursionLimit { get; init; } = 101;

    /// <summary>Parsed templates that are kept.</summary>
    public int CacheSize { get; init; } = 10_000;

    /// <summary>Clock of <c>now()</c>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Zone of dates that have none.</summary>
    public NodaTime.DateTimeZone Zone { get; init; } = NodaTime.DateTimeZone.Utc;

    /// <summary>Runs a jq program over a value and gives all its results; null when the filter is not offered.</summary>
    public Func<string, object?, IReadOnlyList<object?>>? Jq { get; init; }
}
