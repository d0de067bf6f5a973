using System.Globalization;
using System.Text;

namespace Kestra.Flows.Yaml;

/// <summary>Faults of the YAML scanner and parser in the words that clients of Kestra know, with the lines in question.</summary>
internal static class YamlFaultText
{
    private const int SnippetIndent = 4;
    private const float SnippetHalf = (75 / 2f) - 1f;

    /// <param name="open">Where the collections begin that were open at the fault, the outermost first.</param>
    /// <param name="readUpTo">Index behind the last thing that could be read.</param>
    public static string Of(string text, YamlDotNet.Core.YamlException fault, IReadOnlyList<OpenCollection> open, long readUpTo)
    {
        var message = fault.Message;
        var (start, end) = ((int)fault.Start.Index, (int)fault.End.Index);
        return message switch
        {
            _ when Says(message, "mapping values are not allowed") || Says(message, "found invalid mapping") => Told(text, null, "mapping values are not allowed here", 0, start),
            _ when Says(message, "block sequence entries are not allowed") => Told(text, null, "sequence entries are not allowed here", 0, start),
            _ when Says(message, "mapping keys are not allowed") => Told(text, null, "mapping keys are not allowed here", 0, start),
            _ when Says(message, "invalid tab") || Says(message, "tab character") => NoToken(text, TabAfter(text, (int)readUpTo, start)),
            _ when Says(message, "cannot start any token") => NoToken(text, start),
            _ when Says(message, "could not find expected ':'") => NoColon(text, start),
            _ when Says(message, "did not find expected key") => NoKey(text, start, open),
            _ when Says(message, "did not find expected '-'") => Told(text, "while parsing a block collection", $"expected <block end>, but found {Token(text, start)}", Innermost(open, start), start),
            _ when Says(message, "expected ',' or ']'") => Told(text, "while parsing a flow sequence", $"expected ',' or ']', but got {Token(text, start).Trim('\'')}", Innermost(open, start), start),
            _ when Says(message, "expected ',' or '}'") => Told(text, "while parsing a flow mapping", $"expected ',' or '}}', but got {Token(text, start).Trim('\'')}", Innermost(open, start), start),
            _ when Says(message, "expected node content") || Says(message, "did not find expected token") || Says(message, "while parsing a node") => Told(text, open is [.., { IsFlow: true }] ? "while parsing a flow node" : "while parsing a block node", $"expected the node content, but found {Token(text, start)}", start, start),
            _ when Says(message, "a quoted scalar, found unexpected end of stream") => Told(text, "while scanning a quoted scalar", "found unexpected end of stream", start, end),
            _ when Says(message, "unexpected document indicator") => Told(text, "while scanning a quoted scalar", "found unexpected document separator", start, end),
            _ => $"{message}\n{Mark(text, start)}\n",
        };
    }

    /// <summary>A fault that the parser has no words for.</summary>
    public static string Unnamed(string text, long readUpTo) => $"could not be read from here\n{Mark(text, (int)readUpTo)}\n";

    private static bool Says(string message, string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static string Told(string text, string? context, string problem, int contextAt, int at) => context is null
        ? $"{problem}\n{Mark(text, at)}\n"
        : $"{context}\n{Mark(text, contextAt)}\n{problem}\n{Mark(text, at)}\n";

    private static string NoToken(string text, int at)
    {
        var found = at < text.Length && text[at] != '\t' ? text[at].ToString() : "\\t(TAB)";
        return $"while scanning for the next token\nfound character '{found}' that cannot start any token. (Do not use {found} for indentation)\n{Mark(text, at)}\n";
    }

    // A text alone on its line where a key is wanted is a key without its colon.
    private static string NoKey(string text, int at, IReadOnlyList<OpenCollection> open)
    {
        var end = at < text.Length && text.IndexOf('\n', at) is >= 0 and var lineEnd ? lineEnd : text.Length;
        return Token(text, at) == "'<scalar>'" && !text[at..end].Contains(": ", StringComparison.Ordinal) && !text[at..end].TrimEnd().EndsWith(':')
            ? NoColon(text, at)
            : Told(text, "while parsing a block mapping", $"expected <block end>, but found {(Token(text, at) == "'<scalar>'" ? "'<block mapping start>'" : Token(text, at))}", Innermost(open, at), at);
    }

    private static string NoColon(string text, int at)
    {
        var next = at < text.Length && text.IndexOf('\n', at) is >= 0 and var lineEnd ? lineEnd : text.Length;
        while (next < text.Length && text[next] is '\n' or '\r' or ' ')
        {
            next++;
        }

        return Told(text, "while scanning a simple key", "could not find expected ':'", at, next);
    }

    private static int Innermost(IReadOnlyList<OpenCollection> open, int otherwise) => open.Count > 0 ? (int)open[^1].Index : otherwise;

    // The parser tells where the line's collection begins rather than where the tab stands.
    private static int TabAfter(string text, int from, int otherwise) => text.IndexOf('\t', Math.Min(from, text.Length)) is >= 0 and var tab ? tab : otherwise;

    // What stands at a place, as the parser's tokens are called.
    private static string Token(string text, int index) => index >= text.Length
        ? "'<stream end>'"
        : text[index] switch
        {
            ',' or '[' or ']' or '{' or '}' or ':' or '?' or '-' => $"'{text[index]}'",
            '&' => "'<anchor>'",
            '*' => "'<alias>'",
            '!' => "'<tag>'",
            '\n' or '\r' => "'<stream end>'",
            _ => "'<scalar>'",
        };

    private static string Mark(string text, int index)
    {
        index = Math.Min(index, text.Length);
        var line = text.AsSpan(0, index).Count('\n') + 1;
        var column = index - (index == 0 ? 0 : text.LastIndexOf('\n', index - 1) + 1) + 1;
        return string.Create(CultureInfo.InvariantCulture, $" in 'reader', line {line}, column {column}:\n{Snippet(text, index)}");
    }

    // The line, shortened around the place, and a pointer below it.
    private static string Snippet(string text, int index)
    {
        var (start, head) = (index, "");
        while (start > 0 && !IsBreak(text[start - 1]))
        {
            start--;
            if (index - start > SnippetHalf)
            {
                (start, head) = (start + 5, " ... ");
                break;
            }
        }

        var (end, tail) = (index, "");
        while (end < text.Length && !IsBreak(text[end]))
        {
            end++;
            if (end - index > SnippetHalf)
            {
                (end, tail) = (end - 5, " ... ");
                break;
            }
        }

        return new StringBuilder().Append(' ', SnippetIndent).Append(head).Append(text, start, end - start).Append(tail).Append('\n')
            .Append(' ', SnippetIndent + index - start + head.Length).Append('^').ToString();
    }

    private static bool IsBreak(char character) => character is '\n' or '\r' or '\0' or '\u0085' or '\u2028' or '\u2029';
}

/// <summary>A map or list whose end the parser has not come to.</summary>
internal readonly record struct OpenCollection(long Index, bool IsFlow);
