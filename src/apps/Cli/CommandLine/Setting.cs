using System.CommandLine;

namespace Kestra.Cli.CommandLine;

/// <summary>What the help page needs to know of an option or a positional parameter beyond its name.</summary>
internal interface IDescribed
{
    /// <summary>Name of the value as help shows it, without brackets; null for a flag.</summary>
    string? Label { get; }

    /// <summary>The default as help shows it; null shows none.</summary>
    string? DefaultText { get; }

    /// <summary>May be given several times.</summary>
    bool Repeatable { get; }

    /// <summary>Character that separates several values of one use; null when a use has one value.</summary>
    char? Split { get; }

    /// <summary>Exists in a second form, with <c>no-</c>.</summary>
    bool Negatable { get; }
}

/// <summary>An option with its words for the help page.</summary>
internal sealed class Setting<T> : Option<T>, IDescribed
{
    /// <param name="names">All names; the first long one is how help and errors call it.</param>
    public Setting(string[] names, string description)
        : base(LongName(names), [.. names.Where(name => name != LongName(names))]) => Description = description;

    public string? Label { get; init; }

    public string? DefaultText { get; init; }

    public bool Repeatable { get; init; }

    public char? Split { get; init; }

    public bool Negatable { get; init; }

    private static string LongName(string[] names) => names.First(static name => name.StartsWith("--", StringComparison.Ordinal));
}

/// <summary>A positional parameter with its words for the help page.</summary>
internal sealed class Parameter<T> : Argument<T>, IDescribed
{
    public Parameter(string name, string description)
        : base(name) => Description = description;

    public string? Label => Name;

    public string? DefaultText { get; init; }

    public bool Repeatable { get; init; }

    public char? Split => null;

    public bool Negatable => false;
}
