using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Expressions.Filters;

/// <summary>Regular expressions with Java's ways of splitting and replacing; each bounded in time.</summary>
internal static class JavaRegex
{
    public static IEnumerable<object?> Split(string text, string pattern, int limit, TimeSpan timeout)
    {
        if (text.Length == 0)
        {
            return [""];
        }

        var parts = new List<object?>();
        var start = 0;
        foreach (Match match in Compile(pattern, timeout).Matches(text))
        {
            if (limit > 0 && parts.Count == limit - 1)
            {
                break;
            }

            // A match of no length at the start gives no empty part before it.
            if (match.Length == 0 && (match.Index == 0 || match.Index == text.Length))
            {
                continue;
            }

            parts.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        parts.Add(text[start..]);
        if (limit == 0)
        {
            while (parts.Count > 0 && parts[^1] is "")
            {
                parts.RemoveAt(parts.Count - 1);
            }
        }

        return parts;
    }

    public static string ReplaceAll(string text, string pattern, string replacement, TimeSpan timeout) =>
        Compile(pattern, timeout).Replace(text, match => Expand(match, replacement));

    private static Regex Compile(string pattern, TimeSpan timeout) => new(pattern, RegexOptions.CultureInvariant, timeout);

    private static string Expand(Match match, string replacement)
    {
        var text = new StringBuilder();
        for (var index = 0; index < replacement.Length; index++)
        {
            var character = replacement[index];
            if (character == '\\' && index + 1 < replacement.Length)
            {
                text.Append(replacement[++index]);
            }
            else if (character == '$' && index + 1 < replacement.Length && char.IsAsciiDigit(replacement[index + 1]))
            {
                text.Append(match.Groups[replacement[++index] - '0'].Value);
            }
            else if (character == '$' && index + 1 < replacement.Length && replacement[index + 1] == '{' && replacement.IndexOf('}', index) is > 0 and var end)
            {
                text.Append(match.Groups[replacement[(index + 2)..end]].Value);
                index = end;
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }
}
