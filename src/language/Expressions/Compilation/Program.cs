using Kestra.Expressions.Syntax;

namespace Kestra.Expressions.Compilation;

internal delegate object? Evaluate(Frame frame);

internal delegate void Execute(Frame frame);

/// <summary>A compiled template.</summary>
internal sealed class Program(string source)
{
    public string Source { get; } = source;

    public Execute Body { get; set; } = static _ => { };

    /// <summary>The only expression of a template that prints one and nothing else.</summary>
    public Evaluate? Single { get; set; }

    public Dictionary<string, Macro> Macros { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Execute> Blocks { get; } = new(StringComparer.Ordinal);

    /// <summary>No function that touches the outside is called, and nothing is rendered that could call one.</summary>
    public bool IsPure { get; set; } = true;
}

internal sealed record Macro(IReadOnlyList<(string Name, Evaluate? Default)> Parameters, Execute Body);

/// <summary>Evaluated arguments by name, as a filter, test or function declares them.</summary>
internal sealed class Arguments(Frame frame, IReadOnlyDictionary<string, object?> values)
{
    public Frame Frame { get; } = frame;

    public bool Has(string name) => values.ContainsKey(name);

    public object? this[string name] => values.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, object?> All => values;
}

/// <param name="Names">Declared names; null for a callable that ignores its arguments.</param>
internal sealed record Filter(IReadOnlyList<string>? Names, Func<object?, Arguments, object?> Apply);

/// <param name="Names">Declared names; null for a function that takes any number of positional arguments, which come as <c>0</c>, <c>1</c>, ….</param>
/// <param name="IsOutside">It reaches the outside, so that a template that calls it is not pure.</param>
internal sealed record Function(IReadOnlyList<string>? Names, Func<Arguments, object?> Call, bool IsOutside = false);

internal sealed record ValueTest(Func<object?, bool> Holds);
