namespace Kestra.Cli.Composition;

/// <summary>Another server has the embedded database open; the message says which and what to do.</summary>
public sealed class DatabaseInUseException(string message) : Exception(message);
