using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Kestra.Jq.Runtime;

namespace Kestra.Jq.Functions;

/// <summary>A regular expression ready to match, and the names of its groups in the order in which they are opened; null for those without.</summary>
internal sealed record CompiledRegex(Regex Regex, IReadOnlyList<string?> Groups, bool IsGlobal, bool IgnoresEmpty);

/// <summary>The regular expressions of a program, so that a run over many values translates each only once.</summary>
internal sealed class RegexCache
{
    private const int Capacity = 64;

    private readonly ConcurrentDictionary<(string Pattern, string Flags, bool IsAstral), CompiledRegex> _compiled = [];

    /// <param name="isAstral">True when the text has code points of two units, which a single dot has to match.</param>
    public CompiledRegex Get(Execution execution, string pattern, string flags, bool isAstral)
    {
        var key = (pattern, flags, isAstral);
        if (_compiled.TryGetValue(key, out var compiled))
        {
            return compiled;
        }

        // Patterns made from data could be any number; the few that come again are translated again.
        if (_compiled.Count >= Capacity)
        {
            _compiled.Clear();
        }

        compiled = Compile(execution, pattern, flags, isAstral);
        _compiled[key] = compiled;
        return compiled;
    }

    private static CompiledRegex Compile(Execution execution, string pattern, string flags, bool isAstral)
    {
        execution.Charge(pattern.Length + 100);
        var options = RegexOptions.CultureInvariant;
        bool isGlobal = false, ignoresEmpty = false;
        foreach (var flag in flags)
        {
            switch (flag)
            {
                case 'g':
                    isGlobal = true;
                    break;
                case 'i':
                    options |= RegexOptions.IgnoreCase;
                    break;
                case 'x':
                    options |= RegexOptions.IgnorePatternWhitespace;
                    break;
                case 'p':
                    options |= RegexOptions.Singleline;
                    break;
                case 'n':
                    ignoresEmpty = true;
                    break;
                case 's' or 'l':
                    // A circumflex and a dollar mean the ends of the text anyway; the longest of several matches is not looked for.
                    break;
                default:
                    throw JqException.Runtime($"{flags} is not a valid modifier string");
            }
        }

        try
        {
            var translated = RegexTranslator.Translate(pattern, isAstral, options.HasFlag(RegexOptions.IgnorePatternWhitespace));
            return new CompiledRegex(new Regex(translated.Pattern, options, execution.Limits.RegexTime), translated.Groups, isGlobal, ignoresEmpty);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw JqException.Runtime($"Regex failure: {error.Message}", error);
        }
    }
}
