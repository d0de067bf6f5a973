namespace Kestra.Flows.Yaml;

/// <summary>Limits of a YAML document, enforced while it is read.</summary>
public sealed record YamlLimits
{
    /// <summary>Characters of the text.</summary>
    public int Length { get; init; } = 10 * 1024 * 1024;

    /// <summary>Maps and lists inside each other.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Keys, items and values in all, and those that a document would have if its aliases were expanded.</summary>
    public int Nodes { get; init; } = 500_000;

    /// <summary>Aliases in all. They are never expanded.</summary>
    public int Aliases { get; init; } = 1_000;
}
