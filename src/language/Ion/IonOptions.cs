namespace Kestra.Ion;

/// <summary>The limits of reading and writing Ion. Each one exceeded is an <see cref="IonException"/>.</summary>
public sealed record IonOptions
{
    /// <summary>The limits used when none are given.</summary>
    public static IonOptions Default { get; } = new();

    /// <summary>How many lists, structs and s-expressions may be nested. Default 200.</summary>
    public int MaxDepth { get; init; } = 200;

    /// <summary>The size of one top-level value: characters of text Ion, bytes of binary Ion. Default 64 Mi.</summary>
    public long MaxValueSize { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// How many digits one number may have. Reading a decimal number costs the square of its digits,
    /// so this is much smaller than <see cref="MaxValueSize"/>. Default 10,000.
    /// </summary>
    public int MaxNumberDigits { get; init; } = 10_000;

    /// <summary>How many names the symbol tables of one document may declare. Default 100,000.</summary>
    public int MaxSymbols { get; init; } = 100_000;
}
