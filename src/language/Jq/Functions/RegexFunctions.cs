using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kestra.Jq.Runtime;
using Kestra.Jq.Values;

namespace Kestra.Jq.Functions;

/// <summary>Functions on regular expressions. The expression may be an array of itself and its flags.</summary>
internal static class RegexFunctions
{
    public static IReadOnlyList<Function> All { get; } =
    [
        new("match", 1, arguments => new MatchFilter(arguments[0], null, MatchObject)),
        new("match", 2, arguments => new MatchFilter(arguments[0], arguments[1], MatchObject)),
        new("capture", 1, arguments => new MatchFilter(arguments[0], null, Captures)),
        new("capture", 2, arguments => new MatchFilter(arguments[0], arguments[1], Captures)),
        new("scan", 2, arguments => new MatchFilter(arguments[0], arguments[1], Scanned, addedFlags: "g")),
        Make.Of("test", 1, (execution, input, arguments) => Test(execution, input, arguments[0], null, hasFlags: false)),
        Make.Of("test", 2, (execution, input, arguments) => Test(execution, input, arguments[0], arguments[1], hasFlags: true)),
        Make.Of("split", 2, Split),
        new("splits", 2, arguments => new PipeFilter(
            Make.Of("split", 2, Split).Create(arguments), new IterateFilter(IdentityFilter.Instance, isQuiet: false))),
        new("sub", 2, arguments => new SubstituteFilter(arguments[0], arguments[1], null, "")),
        new("sub", 3, arguments => new SubstituteFilter(arguments[0], arguments[1], arguments[2], "")),
        new("gsub", 2, arguments => new SubstituteFilter(arguments[0], arguments[1], null, "g")),
        new("gsub", 3, arguments => new SubstituteFilter(arguments[0], arguments[1], arguments[2], "g")),
    ];

    private static bool Test(Execution execution, object? input, object? expression, object? flags, bool hasFlags) =>
        Matches(execution, RegexSearch.For(execution, input, expression, flags, hasFlags, "")).Any();

    private static List<object?> Split(Execution execution, object? input, object?[] arguments)
    {
        var search = RegexSearch.For(execution, input, arguments[0], arguments[1], hasFlags: true, "g");
        var parts = new List<object?>();
        var end = 0;
        foreach (var match in Matches(execution, search))
        {
            parts.Add(search.Text[end..match.Index]);
            end = match.Index + match.Length;
        }

        parts.Add(search.Text[end..]);
        execution.ChargeArray(parts.Count);
        return parts;
    }

    /// <summary>All matches, or the first; an empty one at the very end counts only when it is the first.</summary>
    private static IEnumerable<Match> Matches(Execution execution, RegexSearch search)
    {
        var (text, compiled) = search;
        var start = 0;
        do
        {
            var match = Next(execution, compiled.Regex, text, start);
            if (!match.Success)
            {
                yield break;
            }

            if (match.Length > 0 || !compiled.IgnoresEmpty)
            {
                yield return match;
            }

            var end = match.Index + match.Length;
            start = match.Length > 0 ? end : end + (end < text.Length && char.IsSurrogatePair(text, end) ? 2 : 1);
        }
        while (compiled.IsGlobal && start < text.Length);
    }

    private static Match Next(Execution execution, Regex expression, string text, int start)
    {
        execution.Charge(10);
        if (execution.RegexTime <= TimeSpan.Zero)
        {
            throw TooLong(execution);
        }

        var began = execution.Time.GetTimestamp();
        try
        {
            return expression.Match(text, start);
        }
        catch (RegexMatchTimeoutException)
        {
            throw TooLong(execution);
        }
        finally
        {
            execution.RegexTime -= execution.Time.GetElapsedTime(began);
        }
    }

    private static JqException TooLong(Execution execution) =>
        JqException.Limit(string.Create(CultureInfo.InvariantCulture, $"regular expressions take longer than {execution.Limits.RegexTime.TotalSeconds} seconds"));

    private static object MatchObject(Execution execution, RegexSearch search, Match match)
    {
        var captures = new List<object?>();
        for (var i = 0; i < search.Regex.Groups.Count; i++)
        {
            captures.Add(Place(execution, search.Text, match.Groups[RegexTranslator.GroupName(i + 1)], [("name", search.Regex.Groups[i])]));
        }

        return Place(execution, search.Text, match, [("captures", captures)]);
    }

    private static OrderedDictionary<string, object?> Place(Execution execution, string text, Group group, (string Name, object? Value)[] more)
    {
        execution.Charge((group.Index / 16) + 5);
        var place = new OrderedDictionary<string, object?>
        {
            ["offset"] = group.Success ? CodePoints.Count(text.AsSpan(0, group.Index)) : -1,
            ["length"] = group.Success ? CodePoints.Count(group.ValueSpan) : 0,
            ["string"] = group.Success ? group.Value : null,
        };
        foreach (var (name, value) in more)
        {
            place[name] = value;
        }

        return place;
    }

    private static OrderedDictionary<string, object?> Captures(Execution execution, RegexSearch search, Match match)
    {
        execution.ChargeObject(search.Regex.Groups.Count);
        var captures = new OrderedDictionary<string, object?>();
        for (var i = 0; i < search.Regex.Groups.Count; i++)
        {
            if (search.Regex.Groups[i] is { } name)
            {
                var group = match.Groups[RegexTranslator.GroupName(i + 1)];
                captures[name] = group.Success ? group.Value : null;
            }
        }

        return captures;
    }

    private static object Scanned(Execution execution, RegexSearch search, Match match)
    {
        execution.Charge(match.Length / 4);
        return search.Regex.Groups.Count == 0
            ? match.Value
            : Enumerable.Range(1, search.Regex.Groups.Count).Select(i => match.Groups[RegexTranslator.GroupName(i)])
                .Select(group => (object?)(group.Success ? group.Value : null)).ToList();
    }

    /// <summary>What is looked for, and where.</summary>
    private sealed record RegexSearch(string Text, CompiledRegex Regex)
    {
        public static RegexSearch For(Execution execution, object? input, object? expression, object? flags, bool hasFlags, string addedFlags)
        {
            if (!hasFlags && expression is IReadOnlyList<object?> both && expression is not string)
            {
                (expression, flags) = both.Count switch
                {
                    0 => throw JqException.Runtime("array not a string or array"),
                    1 => (both[0], null),
                    _ => (both[0], both[1]),
                };
            }
            else if (!hasFlags && expression is not string)
            {
                throw JqException.Runtime($"{ValueKinds.Name(expression)} not a string or array");
            }

            var text = input as string ?? throw JqException.Runtime($"{execution.Describe(input)} cannot be matched, as it is not a string");
            var pattern = expression as string ?? throw JqException.Runtime($"{execution.Describe(expression)} is not a string");
            var modifiers = flags is null ? "" : flags as string ?? throw JqException.Runtime($"{execution.Describe(flags)} is not a string");
            return new RegexSearch(text, execution.Expressions.Get(execution, pattern, modifiers + addedFlags, CodePoints.HasSurrogates(text)));
        }
    }

    private sealed class MatchFilter(Filter expression, Filter? flags, Func<Execution, RegexSearch, Match, object> select, string addedFlags = "") : GeneratorFilter
    {
        protected override IEnumerable<object?> Generate(Env env, object? input)
        {
            foreach (var modifiers in flags is null ? [null] : flags.Values(env, input))
            {
                foreach (var pattern in expression.Values(env, input))
                {
                    var search = RegexSearch.For(env.Execution, input, pattern, modifiers, flags is not null, addedFlags);
                    foreach (var match in Matches(env.Execution, search))
                    {
                        yield return select(env.Execution, search, match);
                    }
                }
            }
        }
    }

    /// <summary>Replaces matches by what a filter makes of their captures. With several replacements the first match varies fastest.</summary>
    private sealed class SubstituteFilter(Filter expression, Filter replacement, Filter? flags, string addedFlags) : GeneratorFilter
    {
        protected override IEnumerable<object?> Generate(Env env, object? input)
        {
            foreach (var pattern in expression.Values(env, input))
            {
                foreach (var modifiers in flags is null ? [null] : flags.Values(env, input))
                {
                    var search = RegexSearch.For(env.Execution, input, pattern, modifiers, flags is not null, addedFlags);
                    var matches = Matches(env.Execution, search).ToList();
                    env.Execution.ChargeArray(matches.Count);
                    foreach (var result in replacement.IsSingle ? [Replace(env, search, matches)] : ReplaceEach(env, search, matches, matches.Count - 1, ""))
                    {
                        yield return result;
                    }
                }
            }
        }

        private string Replace(Env env, RegexSearch search, List<Match> matches)
        {
            var text = new StringBuilder();
            var end = 0;
            foreach (var match in matches)
            {
                text.Append(search.Text, end, match.Index - end);
                var value = replacement.Value(env, Captures(env.Execution, search, match));
                text.Append(Checked(env.Execution, text.ToString, value));
                end = match.Index + match.Length;
                env.Execution.ChargeText(text.Length > env.Execution.Limits.TextLength ? text.Length : end / 64);
            }

            text.Append(search.Text, end, search.Text.Length - end);
            env.Execution.ChargeText(text.Length);
            return text.ToString();
        }

        private IEnumerable<string> ReplaceEach(Env env, RegexSearch search, List<Match> matches, int at, string tail)
        {
            StackGuard.Check();
            env.Execution.ChargeText(tail.Length);
            if (at < 0)
            {
                yield return (matches.Count == 0 ? search.Text : search.Text[..matches[0].Index]) + tail;
                yield break;
            }

            var match = matches[at];
            var end = match.Index + match.Length;
            var next = at + 1 < matches.Count ? matches[at + 1].Index : search.Text.Length;
            foreach (var value in replacement.Values(env, Captures(env.Execution, search, match)))
            {
                var replaced = Checked(env.Execution, () => "", value) + search.Text[end..next] + tail;
                foreach (var result in ReplaceEach(env, search, matches, at - 1, replaced))
                {
                    yield return result;
                }
            }
        }

        private static string Checked(Execution execution, Func<string> before, object? value) => value is null
            ? ""
            : value as string ?? throw JqException.Runtime($"{execution.Describe(before())} and {execution.Describe(value)} cannot be added");
    }
}
