using System.Globalization;
using System.Text;

namespace Kestra.Expressions.Filters;

/// <summary>Rewrites what Java's regular expressions write or mean differently: classes are ASCII, quotations, possessive quantifiers, intersections.</summary>
internal static class JavaRegexSyntax
{
    private const string LineEnds = @"\n\r\u0085\u2028\u2029";
    private const string HorizontalSpaces = @" \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000";

    private static readonly Dictionary<string, string> Posix = new(StringComparer.Ordinal)
    {
        ["Lower"] = "a-z", ["Upper"] = "A-Z", ["ASCII"] = @"\x00-\x7f", ["Alpha"] = "a-zA-Z", ["Digit"] = "0-9", ["Alnum"] = "a-zA-Z0-9",
        ["Punct"] = @"!-/:-@\[-`{-~", ["Graph"] = "!-~", ["Print"] = " -~", ["Blank"] = @" \t", ["Cntrl"] = @"\x00-\x1f\x7f", ["XDigit"] = "0-9a-fA-F", ["Space"] = @" \t\n\x0b\f\r",
        ["IsAlphabetic"] = @"\p{L}\p{Nl}", ["IsLetter"] = @"\p{L}", ["IsDigit"] = @"\p{Nd}", ["IsUppercase"] = @"\p{Lu}", ["IsLowercase"] = @"\p{Ll}", ["IsPunctuation"] = @"\p{P}",
        ["javaLowerCase"] = @"\p{Ll}", ["javaUpperCase"] = @"\p{Lu}", ["IsL"] = @"\p{L}", ["IsLatin"] = @"a-zA-Z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u1e00-\u1eff",
    };

    public static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var dotAll = pattern.StartsWith("(?s)", StringComparison.Ordinal);
        // Where the last element began, for possessive quantifiers; groups are remembered by their depth.
        var element = -1;
        var groups = new Stack<int>();
        for (var index = 0; index < pattern.Length; index++)
        {
            var character = pattern[index];
            var start = text.Length;
            switch (character)
            {
                case '\\':
                    index = Escape(pattern, index, text, inClass: false);
                    element = start;
                    break;
                case '[':
                    index = Class(pattern, index, text);
                    element = start;
                    break;
                case '.':
                    text.Append(dotAll ? "." : $"[^{LineEnds}]");
                    element = start;
                    break;
                case '(':
                    groups.Push(start);
                    text.Append(character);
                    break;
                case ')':
                    text.Append(character);
                    element = groups.TryPop(out var open) ? open : -1;
                    break;
                case '+' when index > 0 && element >= 0 && IsQuantified(pattern, index):
                    text.Insert(element, "(?>").Append(')');
                    break;
                case '*' or '+' or '?' or '{':
                    text.Append(character);
                    break;
                case '}' or ',':
                    text.Append(character);
                    break;
                case var digit when char.IsAsciiDigit(digit) && InBraces(pattern, index):
                    text.Append(digit);
                    break;
                default:
                    text.Append(character);
                    element = start;
                    break;
            }
        }

        return text.ToString();
    }

    // A plus after a quantifier makes it possessive.
    private static bool IsQuantified(string pattern, int plus) => pattern[plus - 1] switch
    {
        '*' or '+' or '?' => plus < 2 || pattern[plus - 2] != '\\',
        '}' => pattern.LastIndexOf('{', plus) is var open && open >= 0 && pattern[(open + 1)..(plus - 1)].All(static c => char.IsAsciiDigit(c) || c == ','),
        _ => false,
    };

    private static bool InBraces(string pattern, int index)
    {
        var open = pattern.LastIndexOf('{', index);
        return open > 0 && pattern.IndexOf('}', index) >= 0 && pattern[(open + 1)..index].All(static c => char.IsAsciiDigit(c) || c == ',');
    }

    // Returns the position of the last character of the escape.
    private static int Escape(string pattern, int index, StringBuilder text, bool inClass)
    {
        if (index + 1 >= pattern.Length)
        {
            throw new ConversionException($"Unexpected internal error near index {index} {pattern}");
        }

        var (open, close) = inClass ? ("", "") : ("[", "]");
        switch (pattern[index + 1])
        {
            case 'd':
                text.Append(open).Append("0-9").Append(close);
                break;
            case 'w':
                text.Append(open).Append("a-zA-Z0-9_").Append(close);
                break;
            case 's':
                text.Append(open).Append(@" \t\n\x0b\f\r").Append(close);
                break;
            case 'D' when !inClass:
                text.Append("[^0-9]");
                break;
            case 'W' when !inClass:
                text.Append("[^a-zA-Z0-9_]");
                break;
            case 'S' when !inClass:
                text.Append(@"[^ \t\n\x0b\f\r]");
                break;
            case 'h':
                text.Append(open).Append(HorizontalSpaces).Append(close);
                break;
            case 'R':
                text.Append($@"(?>\r\n|[\x0b\f{LineEnds}])");
                break;
            case 'Q':
                return Quotation(pattern, index, text);
            case 'p' or 'P':
                return Property(pattern, index, text, inClass);
            case 'Z' when !inClass:
                text.Append(@"(?=(?:\r\n|[\n\r\u0085\u2028\u2029])?\z)");
                break;
            default:
                text.Append('\\').Append(pattern[index + 1]);
                break;
        }

        return index + 1;
    }

    private static int Quotation(string pattern, int index, StringBuilder text)
    {
        var end = pattern.IndexOf("\\E", index + 2, StringComparison.Ordinal);
        var quoted = end < 0 ? pattern[(index + 2)..] : pattern[(index + 2)..end];
        text.Append(quoted.Length == 0 ? "" : $"(?:{System.Text.RegularExpressions.Regex.Escape(quoted)})");
        return end < 0 ? pattern.Length - 1 : end + 1;
    }

    private static int Property(string pattern, int index, StringBuilder text, bool inClass)
    {
        var end = index + 2 < pattern.Length && pattern[index + 2] == '{' ? pattern.IndexOf('}', index) : -1;
        if (end < 0)
        {
            // \pL is \p{L}.
            var letter = index + 2 < pattern.Length ? pattern[index + 2] : throw new ConversionException($"Unknown character property near index {index} {pattern}");
            text.Append(CultureInfo.InvariantCulture, $"\\{pattern[index + 1]}{{{letter}}}");
            return index + 2;
        }

        var name = pattern[(index + 3)..end];
        if (!Posix.TryGetValue(name, out var set))
        {
            text.Append(pattern, index, end - index + 1);
        }
        else if (inClass)
        {
            text.Append(pattern[index + 1] == 'p' ? set : throw new ConversionException($"\\P{{{name}}} inside a class is not supported"));
        }
        else
        {
            text.Append(pattern[index + 1] == 'p' ? "[" : "[^").Append(set).Append(']');
        }

        return end;
    }

    // A class with nested ones: a union is flat, [a&&b] is "a, and b from here".
    private static int Class(string pattern, int start, StringBuilder text)
    {
        var index = start + 1;
        var negated = index < pattern.Length && pattern[index] == '^';
        index += negated ? 1 : 0;
        var set = new StringBuilder();
        var conditions = new List<string>();
        var first = true;
        while (true)
        {
            if (index >= pattern.Length)
            {
                throw new ConversionException($"Unclosed character class near index {pattern.Length - 1} {pattern}");
            }

            var character = pattern[index];
            if (character == ']' && !first)
            {
                break;
            }

            if (character == '\\')
            {
                index = Escape(pattern, index, set, inClass: true);
            }
            else if (character == '&' && index + 1 < pattern.Length && pattern[index + 1] == '&')
            {
                conditions.Add(set.ToString());
                set.Clear();
                index++;
            }
            else if (character == '[')
            {
                var inner = new StringBuilder();
                index = Class(pattern, index, inner);
                Union(set, inner.ToString(), conditions);
            }
            else
            {
                set.Append(character);
            }

            first = false;
            index++;
        }

        text.Append(conditions.Count == 0
            ? $"[{(negated ? "^" : "")}{set}]"
            : $"(?:{(negated ? "(?!" : "")}{string.Concat(conditions.Select(static condition => $"(?={AsClass(condition)})"))}{AsClass(set.ToString())}{(negated ? @")[\s\S]" : "")})");
        return index;
    }

    private static string AsClass(string set) => set.StartsWith("[^", StringComparison.Ordinal) && set.EndsWith(']') ? set : $"[{set}]";

    private static void Union(StringBuilder set, string inner, List<string> conditions)
    {
        if (inner.StartsWith("[^", StringComparison.Ordinal))
        {
            // A negated class can stand alone on its side of an intersection.
            set.Append(set.Length == 0 && conditions.Count > 0 ? inner : throw new ConversionException("A negated class inside a class is supported after && only"));
        }
        else
        {
            set.Append(inner.StartsWith('[') ? inner[1..^1] : throw new ConversionException("An intersection inside a class is not supported"));
        }
    }
}
