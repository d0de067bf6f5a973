namespace Kestra.Jq.Syntax;

internal enum TokenKind
{
    End,
    Field,
    Identifier,
    Keyword,
    Variable,
    Number,
    Text,
    Format,
    Operator,
}

/// <summary>One word of a program. A text token carries its parts: constants and the programs between <c>\(</c> and <c>)</c>.</summary>
internal sealed record Token(TokenKind Kind, string Text, int Position)
{
    public object? Number { get; init; }

    public IReadOnlyList<TextPart>? Parts { get; init; }

    public bool Is(string symbol) => Kind is TokenKind.Operator or TokenKind.Keyword && Text == symbol;
}

/// <summary>A part of a text: either a constant or a program.</summary>
internal readonly record struct TextPart(string? Constant, Node? Program);
