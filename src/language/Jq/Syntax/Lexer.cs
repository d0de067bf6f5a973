using System.Globalization;
using System.Text;

namespace Kestra.Jq.Syntax;

/// <summary>Cuts a program into tokens. Interpolations are parsed where they stand, so that a text may contain texts.</summary>
internal sealed class Lexer(string program, JqDialect dialect)
{
    private static readonly string[] Operators =
        ["?//", "|=", "+=", "-=", "*=", "/=", "%=", "//=", "==", "!=", "<=", ">=", "//", ".."];

    private static readonly HashSet<string> Keywords =
        ["def", "if", "then", "elif", "else", "end", "as", "reduce", "foreach", "try", "catch", "label", "import", "include", "and", "or", "__loc__"];

    private int _position;

    /// <summary>Parses the program of an interpolation with this lexer, up to its closing parenthesis; set by the parser.</summary>
    public required Func<Lexer, Node> Interpolation { get; init; }

    /// <summary>How deep the parsers on this lexer stand inside brackets and operators.</summary>
    public int Nesting { get; set; }

    public Token Next()
    {
        SkipBlanks();
        if (_position >= program.Length)
        {
            return new Token(TokenKind.End, "", _position);
        }

        var current = program[_position];
        return current switch
        {
            '"' => ReadText(),
            '@' => ReadFormat(),
            '$' => ReadVariable(),
            '.' when IsWordStart(Peek(1)) => ReadField(),
            '.' when char.IsAsciiDigit(Peek(1)) => ReadNumber(),
            >= '0' and <= '9' => ReadNumber(),
            _ when IsWordStart(current) => ReadWord(),
            _ => ReadOperator(),
        };
    }

    public JqException Error(string message, int position) => JqException.Syntax(message, program, position);

    private static bool IsWordStart(char character) => char.IsAsciiLetter(character) || character == '_';

    private static bool IsWordPart(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private char Peek(int ahead) => _position + ahead < program.Length ? program[_position + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_position < program.Length)
        {
            if (program[_position] == '#')
            {
                while (_position < program.Length && program[_position] != '\n')
                {
                    _position++;
                }
            }
            else if (program[_position] is ' ' or '\t' or '\r' or '\n')
            {
                _position++;
            }
            else
            {
                return;
            }
        }
    }

    private string ReadName()
    {
        var start = _position;
        while (IsWordPart(Peek(0)))
        {
            _position++;
        }

        return program[start.._position];
    }

    private Token ReadField()
    {
        var start = _position++;
        return new Token(TokenKind.Field, ReadName(), start);
    }

    private Token ReadWord()
    {
        var start = _position;
        var name = ReadName();
        while (Peek(0) == ':' && Peek(1) == ':' && IsWordStart(Peek(2)))
        {
            _position += 2;
            name = $"{name}::{ReadName()}";
        }

        return new Token(Keywords.Contains(name) ? TokenKind.Keyword : TokenKind.Identifier, name, start);
    }

    private Token ReadVariable()
    {
        var start = _position++;
        SkipBlanks();
        if (!IsWordStart(Peek(0)))
        {
            throw Error("syntax error, unexpected '$'", start);
        }

        return new Token(TokenKind.Variable, ReadWord().Text, start);
    }

    private Token ReadFormat()
    {
        var start = _position++;
        var name = ReadName();
        return name.Length == 0 ? throw Error("syntax error, unexpected '@'", start) : new Token(TokenKind.Format, name, start);
    }

    private Token ReadNumber()
    {
        var start = _position;
        SkipDigits();
        if (Peek(0) == '.' && (dialect == JqDialect.Jq16 || char.IsAsciiDigit(Peek(1))))
        {
            _position++;
            SkipDigits();
        }

        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            _position += 2;
            SkipDigits();
        }

        var text = program[start.._position];
        return new Token(TokenKind.Number, text, start) { Number = ParseNumber(text, start) };
    }

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
        {
            _position++;
        }
    }

    private object ParseNumber(string text, int start)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            return double.Parse(text, CultureInfo.InvariantCulture);
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return whole is >= int.MinValue and <= int.MaxValue ? (int)whole : whole;
        }

        return dialect == JqDialect.Jq16
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : throw Error($"the number {(text.Length > 40 ? text[..40] + "..." : text)} does not fit into 64 bits", start);
    }

    private Token ReadOperator()
    {
        var start = _position;
        foreach (var symbol in Operators)
        {
            if (string.CompareOrdinal(program, start, symbol, 0, symbol.Length) == 0 && IsKnown(symbol))
            {
                _position += symbol.Length;
                return new Token(TokenKind.Operator, symbol, start);
            }
        }

        var character = program[start];
        if (!".[]{}()|,:;=<>+-*/%?".Contains(character, StringComparison.Ordinal))
        {
            throw Error($"syntax error, unexpected character '{character}'", start);
        }

        _position++;
        return new Token(TokenKind.Operator, character.ToString(), start);
    }

    // The alternative destructuring exists in one dialect only; elsewhere "?//" is "?" followed by "//".
    private bool IsKnown(string symbol) => symbol != "?//" || dialect == JqDialect.Jq16;

    private Token ReadText()
    {
        var start = _position++;
        var parts = new List<TextPart>();
        var constant = new StringBuilder();
        while (true)
        {
            if (_position >= program.Length)
            {
                throw Error("syntax error, unterminated string", start);
            }

            var current = program[_position];
            if (current == '"')
            {
                _position++;
                break;
            }

            if (current == '\\' && Peek(1) == '(')
            {
                _position += 2;
                Flush(parts, constant);
                parts.Add(new TextPart(null, Interpolation(this)));
            }
            else if (current == '\\')
            {
                ReadEscape(constant);
            }
            else
            {
                constant.Append(current);
                _position++;
            }
        }

        Flush(parts, constant);
        return new Token(TokenKind.Text, "", start) { Parts = parts };
    }

    private static void Flush(List<TextPart> parts, StringBuilder constant)
    {
        if (constant.Length > 0)
        {
            parts.Add(new TextPart(constant.ToString(), null));
            constant.Clear();
        }
    }

    private void ReadEscape(StringBuilder constant)
    {
        var escape = Peek(1);
        if (escape == 'u')
        {
            ReadUnicode(constant);
            return;
        }

        constant.Append(escape switch
        {
            '"' or '\\' or '/' => escape,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => throw Error("Invalid escape", _position),
        });
        _position += 2;
    }

    private void ReadUnicode(StringBuilder constant)
    {
        var first = ReadHex();
        if (char.IsHighSurrogate(first) && Peek(0) == '\\' && Peek(1) == 'u')
        {
            var back = _position;
            var second = ReadHex();
            if (char.IsLowSurrogate(second))
            {
                constant.Append(first).Append(second);
                return;
            }

            _position = back;
        }

        constant.Append(char.IsSurrogate(first) ? '\uFFFD' : first);
    }

    private char ReadHex()
    {
        if (_position + 6 <= program.Length
            && ushort.TryParse(program.AsSpan(_position + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _position += 6;
            return (char)code;
        }

        throw Error("Invalid \\uXXXX escape", _position);
    }
}
