namespace Kestra.Jq;

/// <summary>What one program and one run of it may use. Exceeding a limit ends the run with a <see cref="JqException"/> that <c>try</c> cannot catch.</summary>
public sealed record JqLimits
{
    public static JqLimits Default { get; } = new();

    /// <summary>Characters of a program.</summary>
    public int ProgramLength { get; init; } = 1_000_000;

    /// <summary>How deep brackets, operators and definitions of a program may nest.</summary>
    public int Nesting { get; init; } = 256;

    /// <summary>Steps of a run: evaluated filters, plus the size of every text, array and object that is made.</summary>
    public long Steps { get; init; } = 50_000_000;

    /// <summary>Calls of functions inside one another. A thread with a stack of 1.5 MB bears the default; more needs more.</summary>
    public int Depth { get; init; } = 1_000;

    /// <summary>Results of a run.</summary>
    public int Outputs { get; init; } = 1_000_000;

    /// <summary>How deep arrays and objects may nest, in results and in JSON that is read.</summary>
    public int ValueDepth { get; init; } = 1_000;

    /// <summary>Characters of one text.</summary>
    public int TextLength { get; init; } = 16 * 1024 * 1024;

    /// <summary>Elements of one array.</summary>
    public int ArrayLength { get; init; } = 4 * 1024 * 1024;

    /// <summary>Time that all regular expressions of a run may take together.</summary>
    public TimeSpan RegexTime { get; init; } = TimeSpan.FromSeconds(1);
}
