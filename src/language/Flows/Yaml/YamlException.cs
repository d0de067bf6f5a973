namespace Kestra.Flows.Yaml;

/// <summary>The text is not YAML, or exceeds a limit.</summary>
/// <param name="message">In the words of Kestra's parser where it has them, with the lines in question.</param>
/// <param name="line">1-based.</param>
/// <param name="column">1-based.</param>
public sealed class YamlException(string message, long line, long column) : Exception(message)
{
    public long Line { get; } = line;
    public long Column { get; } = column;

    /// <summary>The end of what could be read, where Kestra's texts say that the fault is.</summary>
    public (long Line, long Column) ReadUpTo { get; init; } = (line, column);

    /// <summary>A limit is exceeded.</summary>
    public bool IsLimit { get; init; }
}
