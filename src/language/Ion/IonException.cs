namespace Kestra.Ion;

/// <summary>Text or bytes that are not Ion, a value that Ion cannot hold, or a limit of <see cref="IonOptions"/> that was exceeded.</summary>
public sealed class IonException : Exception
{
    /// <summary>An error without a place in a text: while writing, or in binary Ion.</summary>
    public IonException(string message, Exception? cause = null) : base(message, cause)
    {
    }

    /// <summary>An error at a place of the text that was read.</summary>
    public IonException(string message, int line, int column, Exception? cause = null)
        : base($"{message} (line {line}, column {column})", cause)
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line, from 1; 0 when the error has no place in a text.</summary>
    public int Line { get; }

    /// <summary>The column in UTF-16 units, from 1; 0 when the error has no place in a text.</summary>
    public int Column { get; }
}
