namespace Kestra.Flows.Yaml;

/// <summary>Limits of a YAML document, enforced while it is read.</summary>
public sealed record YamlLimits
{
    /// <summary>Characters of the text.</summary>
    public int Length { get; init; } = 10 * 1024 * 1024;

    /// <summary>Maps and lists inside each other.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Keys, items and values in all.</summary>
    public int Nodes { get; init; } = 500_000;
}

/// <summary>The text is not YAML, or exceeds a limit.</summary>
/// <param name="line">1-based.</param>
/// <param name="column">1-based.</param>
public sealed class YamlException(string message, long line, long column) : Exception(message)
{
    public long Line { get; } = line;
    public long Column { get; } = column;
}
