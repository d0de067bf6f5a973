namespace Kestra.Expressions.Compilation;

internal delegate object? Evaluate(Frame frame);

internal delegate void Execute(Frame frame);

/// <summary>Evaluates without an exception for what is missing.</summary>
/// <returns>False when a variable, key, index or attribute does not exist.</returns>
internal delegate bool TryEvaluate(Frame frame, out object? value);

/// <summary>A compiled template.</summary>
internal sealed class Program(string source)
{
    public string Source { get; } = source;

    public Execute Body { get; set; } = static _ => { };

    /// <summary>Texts and expressions of a template that has nothing else; null for others.</summary>
    public (string? Text, Evaluate? Value)[]? Segments { get; set; }

    public Dictionary<string, Macro> Macros { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Execute> Blocks { get; } = new(StringComparer.Ordinal);

    /// <summary>No function that touches the outside is called, and nothing is rendered that could call one.</summary>
    public bool IsPure { get; set; } = true;

    /// <summary>Filters, tests and functions that do not exist; they fail when they are reached.</summary>
    public List<TemplateWarning> Warnings { get; } = [];
}

/// <param name="Names">Of the parameters.</param>
/// <param name="Defaults">Null for a parameter without.</param>
internal sealed record Macro(IReadOnlyList<string> Names, IReadOnlyList<Evaluate?> Defaults, Execute Body);

/// <param name="Names">Declared names; null for a callable that ignores its arguments.</param>
internal sealed record Filter(IReadOnlyList<string>? Names, Func<object?, Arguments, object?> Apply);

/// <param name="Names">Declared names; null for a function that takes any number of positional arguments.</param>
/// <param name="IsOutside">It reaches the outside, so that a template that calls it is not pure.</param>
internal sealed record Function(IReadOnlyList<string>? Names, Func<Arguments, object?> Call, bool IsOutside = false);

internal sealed record ValueTest(Func<object?, bool> Holds);
