using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Expressions.Yaml;

/// <summary>How a text is written in YAML: plain, quoted once or twice, or as a block.</summary>
internal static partial class YamlScalar
{
    private const int LongestSimpleKey = 128;

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "true", "True", "TRUE", "false", "False", "FALSE", "null", "Null", "NULL",
        "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N",
    };

    public static bool IsSimpleKey(string key) => key.Length is > 0 and < LongestSimpleKey && !key.Contains('\n', StringComparison.Ordinal);

    public static string Key(string key)
    {
        if (IsReserved(key) || NumberLike().IsMatch(key))
        {
            return DoubleQuoted(key);
        }

        return IsPlain(key) ? key : HasSpecial(key) ? DoubleQuoted(key) : SingleQuoted(key, 0);
    }

    /// <summary>A text of several lines that can be written as it is.</summary>
    public static bool IsBlock(string text) =>
        text.Contains('\n', StringComparison.Ordinal) && !HasSpecial(text) && !text.Contains(" \n", StringComparison.Ordinal) && !text.EndsWith(' ');

    /// <param name="indent">Of lines that follow, when the text has several and yet is no block.</param>
    public static string Value(string text, int indent)
    {
        if (text.Length == 0)
        {
            return "\"\"";
        }

        var isMultiline = text.Contains('\n', StringComparison.Ordinal);
        if (!isMultiline)
        {
            if (IsReserved(text) || HasQuotable(text))
            {
                return DoubleQuoted(text);
            }

            if (IsPlain(text))
            {
                return text;
            }
        }

        return HasSpecial(text) || text.Contains(" \n", StringComparison.Ordinal) || text.Contains("\n ", StringComparison.Ordinal) ? DoubleQuoted(text) : SingleQuoted(text, indent);
    }

    public static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (Escape(character) is { } escape)
            {
                quoted.Append('\\').Append(escape);
            }
            else if (char.IsSurrogatePair(text, index))
            {
                quoted.Append(character).Append(text[++index]);
            }
            else if (IsPrintable(character))
            {
                quoted.Append(character);
            }
            else
            {
                quoted.Append(character <= '\u00ff' ? "\\x" : "\\u").Append(((int)character).ToString(character <= '\u00ff' ? "X2" : "X4", CultureInfo.InvariantCulture));
            }
        }

        return quoted.Append('"').ToString();
    }

    private static string SingleQuoted(string text, int indent)
    {
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        // A line end inside the quotes is written as an empty line.
        return $"'{quoted.Replace("\n", "\n\n" + new string(' ', indent), StringComparison.Ordinal)}'";
    }

    private static bool IsReserved(string text) => Reserved.Contains(text) || text[0] == '~';

    private static bool HasQuotable(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '[' or ']' or '{' or '}' or ',':
                case '#' when index == 0 || text[index - 1] is ' ' or '\t':
                case ':' when index + 1 == text.Length || text[index + 1] is ' ' or '\t':
                    return true;
            }
        }

        return false;
    }

    private static bool IsPlain(string text)
    {
        if (text[0] == ' ' || text[^1] == ' ' || HasSpecial(text) || LeadingZero().IsMatch(text))
        {
            return false;
        }

        if (text.StartsWith("---", StringComparison.Ordinal) || text.StartsWith("...", StringComparison.Ordinal) || "#,[]{}&*!|>'\"%@`".Contains(text[0], StringComparison.Ordinal))
        {
            return false;
        }

        if (text[0] is '?' or '-' && IsSpaceAt(text, 1))
        {
            return false;
        }

        for (var index = 0; index < text.Length; index++)
        {
            if ((text[index] == ':' && IsSpaceAt(text, index + 1)) || (text[index] == '#' && index > 0 && text[index - 1] == ' '))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsSpaceAt(string text, int index) => index >= text.Length || text[index] is ' ' or '\t' or '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';

    // Anything that only a double-quoted text can show.
    private static bool HasSpecial(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (char.IsSurrogatePair(text, index))
            {
                index++;
            }
            else if (text[index] is not ('\n' or (>= ' ' and <= '~')) && !IsPrintable(text[index]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPrintable(char character) => character is (>= ' ' and <= '~') or '\u0085' or (>= '\u00a0' and <= '\ud7ff') or (>= '\ue000' and <= '\ufffd' and not '\ufeff');

    private static string? Escape(char character) => character switch
    {
        '\0' => "0",
        '\a' => "a",
        '\b' => "b",
        '\t' => "t",
        '\n' => "n",
        '\v' => "v",
        '\f' => "f",
        '\r' => "r",
        '\u001b' => "e",
        '"' => "\"",
        '\\' => "\\",
        '\u0085' => "N",
        '\u00a0' => "_",
        '\u2028' => "L",
        '\u2029' => "P",
        _ => null,
    };

    [GeneratedRegex(@"^[+-]?[0-9]*(\.[0-9]*)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberLike();

    [GeneratedRegex(@"^0[0-9_]+\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LeadingZero();
}
