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

    /// <summary>Elements of a list that an expression makes.</summary>
    public int ListLimit { get; init; } = 5_000_000;

    /// <summary>Parsed templates that are kept.</summary>
    public int CacheSize { get; init; } = 10_000;

    /// <summary>Characters of the longest template that is kept; longer ones are parsed each time.</summary>
    public int CachedLength { get; init; } = 64 * 1024;

    /// <summary>What one program of the filter <c>jq</c> may use.</summary>
    public Jq.JqLimits Jq { get; init; } = Kestra.Jq.JqLimits.Default;

    /// <summary>Clock of <c>now()</c>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Zone of dates that have none.</summary>
    public NodaTime.DateTimeZone Zone
    {
        get => JavaZone.Zone;
        init => JavaZone = Dates.JavaZone.Of(value);
    }

    internal Dates.JavaZone JavaZone { get; private init; } = Dates.JavaZone.Utc;

    /// <summary>Chance of <c>uuid()</c>, <c>id()</c>, <c>ksuid()</c>, <c>randomInt()</c> and <c>encrypt()</c>: fills a buffer.</summary>
    public Action<Memory<byte>> Random { get; init; } = static buffer => System.Security.Cryptography.RandomNumberGenerator.Fill(buffer.Span);
}
