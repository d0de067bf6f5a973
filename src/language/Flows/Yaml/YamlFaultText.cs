using System.Globalization;
using System.Text;
using YamlDotNet.Core;

namespace Kestra.Flows.Yaml;

/// <summary>Faults of the YAML scanner and parser in the words that clients of Kestra know, with the lines in question.</summary>
internal static class YamlFaultText
{
    private const int SnippetIndent = 4;
    private const float SnippetHalf = (75 / 2f) - 1f;

    /// <summary>Beginnings of the parser's messages, and what they are called.</summary>
    private static readonly (string Theirs, string? Context, string Problem)[] Known =
    [
        ("Mapping values are not allowed", null, "mapping values are not allowed here"),
        ("While scanning a plain scalar value, found invalid mapping", null, "mapping values are not allowed here"),
        ("While scanning a multiline plain scalar, found invalid mapping", null, "mapping values are not allowed here"),
        ("Block sequence entries are not allowed", null, "sequence entries are not allowed here"),
        ("Mapping keys are not allowed", null, "mapping keys are not allowed here"),
        ("While scanning a simple key, could not find expected ':'", "while scanning a simple key", "could not find expected ':'"),
        ("While parsing a block mapping, did not find expected key", "while parsing a block mapping", "expected <block end>, but found {0}"),
        ("While parsing a block collection, did not find expected '-'", "while parsing a block collection", "expected <block end>, but found {0}"),
        ("While parsing a flow sequence, did not find expected ','", "while parsing a flow sequence", "expected ',' or ']', but got {0}"),
        ("While parsing a flow mapping,", "while parsing a flow mapping", "expected ',' or '}}', but got {0}"),
        ("While parsing a node, did not find expected node content", "while parsing a flow node", "expected the node content, but found {0}"),
        ("While parsing a node, did not find expected token", "while parsing a flow node", "expected the node content, but found {0}"),
        ("Reached the end of the stream while parsing a node", "while parsing a flow node", "expected the node content, but found {0}"),
        ("While scanning a quoted scalar, found unexpected end of stream", "while scanning a quoted scalar", "found unexpected end of stream"),
        ("While scanning a quoted scalar, found unexpected document indicator", "while scanning a quoted scalar", "found unexpected document separator"),
        ("While scanning a quoted scalar, found unknown escape character", "while scanning a double-quoted scalar", "found unknown escape character {1}"),
    ];

    public static string Of(string text, YamlDotNet.Core.YamlException fault)
    {
        var message = fault.InnerException is YamlDotNet.Core.YamlException inner ? inner.Message : fault.Message;
        if (message.StartsWith("While scanning for the next token", StringComparison.Ordinal) || message.Contains("tab", StringComparison.Ordinal))
        {
            return NoToken(text, fault.Start);
        }

        foreach (var (theirs, context, problem) in Known)
        {
            if (message.StartsWith(theirs, StringComparison.Ordinal))
            {
                return Told(text, context, problem, fault);
            }
        }

        return $"{message}\n{Mark(text, fault.Start)}\n";
    }

    private static string Told(string text, string? context, string problem, YamlDotNet.Core.YamlException fault)
    {
        var at = context is null || fault.End.Index <= fault.Start.Index ? fault.Start : fault.End;
        if (context is "while scanning a quoted scalar" or "while parsing a block mapping" or "while parsing a flow sequence" or "while parsing a flow mapping" or "while parsing a block collection")
        {
            at = fault.End;
        }

        var index = (int)at.Index;
        var what = index < text.Length ? text[index].ToString() : "";
        var told = string.Format(CultureInfo.InvariantCulture, problem, Token(text, index), what.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{what}({(int)what[0]})") : "");
        return context is null
            ? $"{told}\n{Mark(text, at)}\n"
            : $"{context}\n{Mark(text, fault.Start)}\n{told}\n{Mark(text, at)}\n";
    }

    private static string NoToken(string text, Mark at)
    {
        var found = at.Index < text.Length && text[(int)at.Index] != '\t' ? text[(int)at.Index].ToString() : "\\t(TAB)";
        return $"while scanning for the next token\nfound character '{found}' that cannot start any token. (Do not use {found} for indentation)\n{Mark(text, at)}\n";
    }

    // What stands at a place, as the parser's tokens are called.
    private static string Token(string text, int index) => index >= text.Length
        ? "'<stream end>'"
        : text[index] switch
        {
            ',' or '[' or ']' or '{' or '}' or ':' or '?' => $"'{text[index]}'",
            '-' => "'-'",
            '&' => "'<anchor>'",
            '*' => "'<alias>'",
            '!' => "'<tag>'",
            '\n' or '\r' or ' ' => "'<stream end>'",
            _ => "'<scalar>'",
        };

    private static string Mark(string text, Mark at)
    {
        var index = (int)Math.Min(at.Index, text.Length);
        return string.Create(CultureInfo.InvariantCulture, $" in 'reader', line {at.Line}, column {at.Column}:\n{Snippet(text, index)}");
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
