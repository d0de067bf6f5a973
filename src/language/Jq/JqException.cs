namespace Kestra.Jq;

/// <summary>Why a program did not parse or run.</summary>
public enum JqErrorKind
{
    /// <summary>The program is not jq; the position says where.</summary>
    Syntax,

    /// <summary>An error of the run, the kind that <c>try</c> catches.</summary>
    Runtime,

    /// <summary>A limit of <see cref="JqLimits"/> was exceeded.</summary>
    Limit,

    /// <summary>The program ended itself with <c>halt_error</c>.</summary>
    Halt,
}

/// <summary>A failure of a jq program. <see cref="Exception.Message"/> is the text that <c>try … catch</c> would see.</summary>
public sealed class JqException : Exception
{
    private JqException(JqErrorKind kind, string message, object? value, Exception? inner)
        : base(message, inner)
    {
        Kind = kind;
        Value = value;
    }

    public JqErrorKind Kind { get; }

    /// <summary>The value that was raised: what <c>catch</c> gets. A text for every error that jq itself raises.</summary>
    public object? Value { get; }

    /// <summary>Line of the program, from 1; 0 when the error is not one of syntax.</summary>
    public int Line { get; private init; }

    /// <summary>Column of the program, from 1; 0 when the error is not one of syntax.</summary>
    public int Column { get; private init; }

    internal static JqException Syntax(string message, string program, int position)
    {
        var before = program.AsSpan(0, Math.Min(position, program.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - before.LastIndexOf('\n');
        return new JqException(JqErrorKind.Syntax, $"{message} at line {line}, column {column}", message, null) { Line = line, Column = column };
    }

    internal static JqException Runtime(string message, Exception? inner = null) => new(JqErrorKind.Runtime, message, message, inner);

    internal static JqException Raised(string message, object? value) => new(JqErrorKind.Runtime, message, value, null);

    internal static JqException Limit(string message) => new(JqErrorKind.Limit, message, message, null);

    internal static JqException Halt(string message, object? value) => new(JqErrorKind.Halt, message, value, null);
}
