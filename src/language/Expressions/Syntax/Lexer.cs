using System.Text;

namespace Kestra.Expressions.Syntax;

/// <summary>Cuts a template into tokens: text, delimiters, and what stands between them.</summary>
internal sealed class Lexer
{
    // Longest first, and words before the signs they could be mistaken for.
    private static readonly string[] Operators =
    [
        "contains", "is not", "equals", "isIn", "and", "not", "???", "or", "is", "==", "!=", ">=", "<=", "??", "..", "+", "-", "*", "/", "%", ">", "<", "|", "~",
    ];

    private readonly string source;
    private readonly List<Token> tokens = [];
    private readonly Stack<(char Open, int Line)> brackets = new();
    private int position;
    private int line = 1;
    private bool trimNext;

    private readonly int depthLimit;
    private int depth;

    private Lexer(string source, int depthLimit)
    {
        this.source = source;
        this.depthLimit = depthLimit;
    }

    /// <param name="depthLimit">Of texts with expressions inside each other.</param>
    /// <exception cref="ExpressionException">The template can't be cut into tokens.</exception>
    public static List<Token> Tokenize(string source, int depthLimit)
    {
        var lexer = new Lexer(source, depthLimit);
        lexer.Run();
        return lexer.tokens;
    }

    private void Run()
    {
        while (position < source.Length)
        {
            var start = NextDelimiter(position);
            if (start < 0)
            {
                AddText(source.Length, trimEnd: false);
                break;
            }

            var trims = start + 3 < source.Length && source[start + 2] == '-' && IsSpace(source[start + 3]);
            var kind = source[start + 1];
            AddText(start, trims);
            position = start + (trims ? 3 : 2);
            switch (kind)
            {
                case '#':
                    SkipComment();
                    break;
                case '{':
                    LexCode(TokenType.PRINT_START, "{{", "}}", TokenType.PRINT_END);
                    break;
                default:
                    if (!TryVerbatim())
                    {
                        LexCode(TokenType.EXECUTE_START, "{%", "%}", TokenType.EXECUTE_END);
                    }

                    break;
            }
        }

        tokens.Add(new Token(TokenType.EOF, null, Here));
    }

    private int NextDelimiter(int from)
    {
        for (var at = source.IndexOf('{', from); at >= 0 && at + 1 < source.Length; at = source.IndexOf('{', at + 1))
        {
            if (source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private void AddText(int end, bool trimEnd)
    {
        var text = source[position..end];
        var first = Here;
        line += Count(text);
        position = end;
        if (trimNext)
        {
            text = text.TrimStart(Spaces);
            trimNext = false;
        }

        // A text that is cut off before a tag leaves an empty piece, one that is cut off after a tag leaves none.
        if (text.Length > 0)
        {
            tokens.Add(new Token(TokenType.TEXT, trimEnd ? text.TrimEnd(Spaces) : text, first));
        }
    }

    private void SkipComment()
    {
        var end = source.IndexOf("#}", position, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error("Unclosed comment.");
        }

        line += Count(source.AsSpan(position, end - position));
        // Two dashes and nothing else trim nothing.
        trimNext = end > position && source[end - 1] == '-' && !(end - 2 >= position && source[end - 2] == '-');
        position = end + 2;
    }

    // Everything up to the closing tag is text, whatever it looks like.
    private bool TryVerbatim()
    {
        var match = VerbatimPatterns.Open.Match(source, position);
        if (!match.Success || match.Index != position)
        {
            return false;
        }

        var close = VerbatimPatterns.Close.Match(source, position + match.Length);
        if (!close.Success)
        {
            throw Error("Unclosed verbatim tag.");
        }

        var text = source[(position + match.Length)..close.Index].TrimStart(Spaces);
        if (close.Groups["trim"].Success)
        {
            text = text.TrimEnd(Spaces);
        }

        if (text.Length > 0)
        {
            tokens.Add(new Token(TokenType.TEXT, text, Here));
        }

        line += Count(source.AsSpan(position, close.Index + close.Length - position));
        position = close.Index + close.Length;
        trimNext = close.Groups["after"].Success;
        return true;
    }

    private void LexCode(TokenType open, string openText, string closeText, TokenType close)
    {
        tokens.Add(new Token(open, openText, Here));
        while (true)
        {
            SkipSpaces();
            if (position >= source.Length)
            {
                if (brackets.TryPop(out var unclosed))
                {
                    throw Error($"Unclosed \"{unclosed.Open}\"");
                }

                return;
            }

            var here = Here;
            if (brackets.Count == 0 && Closes(closeText))
            {
                tokens.Add(new Token(close, closeText, here));
                return;
            }

            LexToken();
        }
    }

    private bool Closes(string closeText)
    {
        var dash = source[position] == '-' && string.CompareOrdinal(source, position + 1, closeText, 0, 2) == 0;
        if (!dash && string.CompareOrdinal(source, position, closeText, 0, 2) != 0)
        {
            return false;
        }

        position += dash ? 3 : 2;
        trimNext = dash;
        return true;
    }

    private void LexToken()
    {
        var current = source[position];
        if (TryOperator())
        {
            return;
        }

        if (char.IsLetter(current) || current == '_')
        {
            LexName();
        }
        else if (char.IsAsciiDigit(current))
        {
            LexNumber();
        }
        else if (current is '\'' or '"')
        {
            LexString(current);
        }
        else if ("()[]{}?:.,|=".Contains(current, StringComparison.Ordinal))
        {
            LexPunctuation(current);
        }
        else
        {
            throw Error($"Unexpected character [{current}]");
        }
    }

    private bool TryOperator()
    {
        foreach (var text in Operators)
        {
            if (string.CompareOrdinal(source, position, text, 0, text.Length) != 0)
            {
                continue;
            }

            if (char.IsAsciiLetter(text[0]) && position + text.Length < source.Length && IsWord(source[position + text.Length]))
            {
                continue;
            }

            Add(TokenType.OPERATOR, text, text.Length);
            return true;
        }

        return false;
    }

    private void LexName()
    {
        var end = position + 1;
        while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] == '_'))
        {
            end++;
        }

        Add(TokenType.NAME, source[position..end], end - position);
    }

    private void LexNumber()
    {
        var end = position;
        while (end < source.Length && char.IsAsciiDigit(source[end]))
        {
            end++;
        }

        if (end < source.Length && source[end] == 'L')
        {
            Add(TokenType.LONG, source[position..end], end - position + 1);
            return;
        }

        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            end++;
            while (end < source.Length && char.IsAsciiDigit(source[end]))
            {
                end++;
            }
        }

        Add(TokenType.NUMBER, source[position..end], end - position);
    }

    private void LexPunctuation(char current)
    {
        switch (current)
        {
            case '(' or '[' or '{':
                brackets.Push((current, line));
                break;
            case ')' or ']' or '}':
                if (!brackets.TryPop(out var open))
                {
                    throw Error($"Unexpected \"{current}\"");
                }

                var expected = open.Open switch { '(' => ')', '[' => ']', _ => '}' };
                if (expected != current)
                {
                    throw Error($"Unclosed \"{expected}\"");
                }

                break;
        }

        Add(TokenType.PUNCTUATION, current.ToString(), 1);
    }

    private void LexString(char quote)
    {
        var start = position + 1;
        var end = start;
        while (end < source.Length && source[end] != quote)
        {
            if (quote == '"' && source[end] == '#' && end + 1 < source.Length && source[end + 1] == '{')
            {
                LexInterpolated();
                return;
            }

            // A backslash takes the next character along, whatever it is, so that it can't close the text.
            end += source[end] == '\\' && end + 1 < source.Length ? 2 : 1;
        }

        if (end >= source.Length)
        {
            throw Error(quote == '"' ? "Unclosed \"\"\"" : "Unexpected character [']");
        }

        var text = source[start..end].Replace("\\" + quote, quote.ToString(), StringComparison.Ordinal);
        Add(TokenType.STRING, text, end + 1 - position);
    }

    // "a #{ x } b" becomes the parts, between a start and an end.
    private void LexInterpolated()
    {
        tokens.Add(new Token(TokenType.STRING_INTERPOLATION_START, null, Here));
        position++;
        var text = new StringBuilder();
        while (true)
        {
            if (position >= source.Length)
            {
                throw Error("Unclosed \"\"\"");
            }

            var current = source[position];
            if (current == '"')
            {
                break;
            }

            if (current == '\\' && position + 1 < source.Length)
            {
                var escaped = source[position + 1];
                line += escaped == '\n' ? 1 : 0;
                text.Append(escaped == '"' ? "" : "\\").Append(escaped);
                position += 2;
            }
            else if (current == '#' && position + 1 < source.Length && source[position + 1] == '{')
            {
                FlushPart(text);
                LexPart();
            }
            else
            {
                line += current == '\n' ? 1 : 0;
                text.Append(current);
                position++;
            }
        }

        FlushPart(text);
        position++;
        tokens.Add(new Token(TokenType.STRING_INTERPOLATION_END, null, Here));
    }

    private void FlushPart(StringBuilder text)
    {
        if (text.Length > 0)
        {
            tokens.Add(new Token(TokenType.STRING, text.ToString(), Here));
            text.Clear();
        }
    }

    private void LexPart()
    {
        if (++depth > depthLimit)
        {
            throw Error($"The expression is nested deeper than {depthLimit} levels");
        }

        position += 2;
        tokens.Add(new Token(TokenType.PUNCTUATION, "#{", Here));
        var outer = brackets.Count;
        while (true)
        {
            SkipSpaces();
            if (position >= source.Length)
            {
                throw Error("Unclosed \"\"\"");
            }

            if (brackets.Count == outer && source[position] == '}')
            {
                tokens.Add(new Token(TokenType.PUNCTUATION, "}#", Here));
                position++;
                depth--;
                return;
            }

            LexToken();
        }
    }

    private void Add(TokenType type, string value, int length)
    {
        tokens.Add(new Token(type, value, Here));
        line += Count(source.AsSpan(position, length));
        position += length;
    }

    private void SkipSpaces()
    {
        while (position < source.Length && IsSpace(source[position]))
        {
            line += source[position] == '\n' ? 1 : 0;
            position++;
        }
    }

    private ExpressionException Error(string message) => SyntaxErrors.Of(message, source, Here);

    private Place Here => new(line, position);

    private static readonly char[] Spaces = [' ', '\t', '\n', '\r', '\f', '\v', '\u001c', '\u001d', '\u001e', '\u001f', '\u2028', '\u2029', '\u3000'];

    private static bool IsSpace(char character) => character != '\u00a0' && (char.IsWhiteSpace(character) || character is >= '\u001c' and <= '\u001f');

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private static int Count(ReadOnlySpan<char> text) => text.Count('\n');
}
