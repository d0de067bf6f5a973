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

/// <param name="Line">1-based line of its first character.</param>
internal readonly record struct Token(TokenType Type, string? Value, int Line)
{
    public bool Is(TokenType type, string value) => Type == type && Value == value;

    public override string ToString() => $"{Value ?? "null"} {Type}";
}
