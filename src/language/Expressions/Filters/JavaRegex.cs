using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kestra.Expressions.Compilation;

namespace Kestra.Expressions.Filters;

/// <summary>Regular expressions with Java's ways of splitting and replacing; each bounded in time.</summary>
internal static class JavaRegex
{
    private const int Kept = 500;
    private static readonly RecentlyUsed<(string Pattern, TimeSpan Timeout), Regex> Compiled = new(Kept);

    /// <param name="limit">Most parts; 0 leaves empty parts at the end out, a negative number keeps all.</param>
    public static IReadOnlyList<object?> Split(string text, string pattern, int limit, ExpressionOptions options) => Bounded(pattern, options, regex =>
    {
        var parts = new List<object?>();
        var start = 0;
        for (var match = regex.Match(text); match.Success && (limit <= 0 || parts.Count < limit - 1); match = match.NextMatch())
        {
            // A match of no length at the start gives no empty part before it.
            if (match.Index + match.Length == 0)
            {
                continue;
            }

            parts.Add(text[start..match.Index]);
            start = match.Index + match.Length;
        }

        if (parts.Count == 0)
        {
            return [text];
        }

        parts.Add(text[start..]);
        while (limit == 0 && parts.Count > 0 && parts[^1] is "")
        {
            parts.RemoveAt(parts.Count - 1);
        }

        return (IReadOnlyList<object?>)parts;
    });

    public static string ReplaceAll(string text, string pattern, string replacement, ExpressionOptions options) => Bounded(pattern, options, regex =>
    {
        var replaced = new StringBuilder();
        var position = 0;
        for (var match = regex.Match(text); match.Success; match = match.NextMatch())
        {
            replaced.Append(text, position, match.Index - position);
            Expand(replaced, match, replacement);
            position = match.Index + match.Length;
            if (replaced.Length > options.OutputLimit)
            {
                throw Output.TooLong(options.OutputLimit);
            }
        }

        return position == 0 && replaced.Length == 0 ? text : replaced.Append(text, position, text.Length - position).ToString();
    });

    /// <summary>Whether the whole text matches.</summary>
    public static bool Matches(string text, string pattern, ExpressionOptions options) =>
        Bounded($@"\A(?:{pattern})\z", options, regex => regex.IsMatch(text));

    private static T Bounded<T>(string pattern, ExpressionOptions options, Func<Regex, T> use)
    {
        try
        {
            return use(Compile(pattern, options.RegexTimeout));
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new ExpressionLimitException($"The regular expression '{pattern}' takes longer than {options.RegexTimeout.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)} ms", error);
        }
    }

    private static Regex Compile(string pattern, TimeSpan timeout)
    {
        if (Compiled.TryGetValue((pattern, timeout), out var known))
        {
            return known;
        }

        var regex = new Regex(JavaRegexSyntax.Translate(pattern), RegexOptions.CultureInvariant, timeout);
        return pattern.Length > 1000 ? regex : Compiled.GetOrAdd((pattern, timeout), regex);
    }

    // $1 and ${name} are groups, a backslash takes the next character as it is.
    private static void Expand(StringBuilder text, Match match, string replacement)
    {
        for (var index = 0; index < replacement.Length; index++)
        {
            switch (replacement[index])
            {
                case '\\':
                    index++;
                    text.Append(index < replacement.Length ? replacement[index] : throw new ConversionException("character to be escaped is missing"));
                    break;
                case '$':
                    index = Group(text, match, replacement, index + 1);
                    break;
                default:
                    text.Append(replacement[index]);
                    break;
            }
        }
    }

    // Returns the position of the last character of the reference.
    private static int Group(StringBuilder text, Match match, string replacement, int start)
    {
        if (start >= replacement.Length)
        {
            throw new ConversionException("Illegal group reference: group index is missing");
        }

        if (replacement[start] == '{')
        {
            var end = replacement.IndexOf('}', start);
            var name = end < 0 ? throw new ConversionException("named capturing group is missing trailing '}'") : replacement[(start + 1)..end];
            text.Append(match.Groups.TryGetValue(name, out var named) ? named.Value : throw new ConversionException($"No group with name {{{name}}}"));
            return end;
        }

        if (!char.IsAsciiDigit(replacement[start]))
        {
            throw new ConversionException("Illegal group reference");
        }

        var number = replacement[start] - '0';
        if (number >= match.Groups.Count)
        {
            throw new ConversionException($"No group {number}");
        }

        // More digits belong to the number as long as there is such a group.
        while (start + 1 < replacement.Length && char.IsAsciiDigit(replacement[start + 1]) && (number * 10) + replacement[start + 1] - '0' < match.Groups.Count)
        {
            number = (number * 10) + replacement[++start] - '0';
        }

        text.Append(match.Groups[number].Value);
        return start;
    }
}
