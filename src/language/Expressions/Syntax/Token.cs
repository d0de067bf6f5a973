namespace Kestra.Expressions.Syntax;

internal enum TokenType
{
    EOF,
    TEXT,
    EXECUTE_START,
    EXECUTE_END,
    PRINT_START,
    PRINT_END,
    NAME,
    NUMBER,
    LONG,
    STRING,
    OPERATOR,
    PUNCTUATION,
    STRING_INTERPOLATION_START,
    STRING_INTERPOLATION_END,
}

/// <param name="At">Where it begins.</param>
internal readonly record struct Token(TokenType Type, string? Value, Place At)
{
    public bool Is(TokenType type, string value) => Type == type && Value == value;

    public override string ToString() => $"{Value ?? "null"} {Type}";
}

/// <summary>A place in a template.</summary>
/// <param name="Line">1-based; what the text of an error names. 0 is known to be wrong and yet what users see for filter tags.</param>
/// <param name="Offset">Characters from the beginning; negative when unknown.</param>
internal readonly record struct Place(int Line, int Offset)
{
    public static Place Unknown { get; } = new(0, -1);
}
