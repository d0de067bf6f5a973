using System.CommandLine;
using System.CommandLine.Parsing;

namespace Kestra.Cli.CommandLine;

/// <summary>What is wrong with a command line, in the words that scripts match.</summary>
internal static class UsageErrors
{
    /// <summary>The first thing that is wrong; null when nothing is.</summary>
    public static string? Find(ParseResult parsed, IReadOnlyList<string> arguments)
    {
        var command = parsed.CommandResult.Command;
        return InvalidValue(parsed) ?? Unknown(parsed, arguments, onlyOptions: true) ?? Missing(parsed, command) ?? Unknown(parsed, arguments, onlyOptions: false);
    }

    /// <summary>The command that a misspelt one most likely means; null when nothing is near.</summary>
    public static string? Nearest(Command group, string word) =>
        group.Subcommands.Where(static command => !command.Hidden)
            .Select(command => (command.Name, Distance: Distance(word, command.Name)))
            .Where(candidate => candidate.Distance <= Math.Max(1, word.Length / 3))
            .OrderBy(static candidate => candidate.Distance)
            .Select(static candidate => candidate.Name)
            .FirstOrDefault();

    private static string? InvalidValue(ParseResult parsed)
    {
        foreach (var error in parsed.Errors)
        {
            switch (error.SymbolResult)
            {
                case OptionResult { Tokens.Count: 0 } result:
                    return $"Missing required parameter for option '{result.Option.Name}' (<{((IDescribed)result.Option).Label}>)";
                case OptionResult { Option: IDescribed { Label: null } } result when result.Tokens.Count > 0:
                    return $"Invalid value for option '{result.Option.Name}': '{result.Tokens[0].Value}' is not a boolean";
                case OptionResult result when result.IdentifierTokenCount > 1 && !((IDescribed)result.Option).Repeatable:
                    return $"option '{result.Option.Name}' (<{((IDescribed)result.Option).Label}>) should be specified only once";
                case OptionResult:
                    return error.Message;
                case ArgumentResult { Parent: OptionResult }:
                    return error.Message;
            }
        }

        return null;
    }

    private static string? Missing(ParseResult parsed, Command command)
    {
        var missing = command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is null or { Tokens.Count: 0 })
            .Select(static argument => $"'<{argument.Name}>'")
            .ToList();
        return missing.Count switch
        {
            0 => null,
            1 => $"Missing required parameter: {missing[0]}",
            _ => $"Missing required parameters: {string.Join(", ", missing)}",
        };
    }

    private static string? Unknown(ParseResult parsed, IReadOnlyList<string> arguments, bool onlyOptions)
    {
        // The parser takes an unknown option for a positional parameter when one is still open.
        var literal = AfterDoubleDash(parsed);
        var positional = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static result => result.Tokens).Where(token => LooksLikeOption(token.Value) && !literal.Contains(token)).Select(static token => token.Value);
        var unmatched = parsed.UnmatchedTokens.Concat(positional).ToList();
        var options = unmatched.Where(LooksLikeOption).Select(static token => $"'{token}'").ToList();
        if (options.Count > 0)
        {
            return options.Count == 1 ? $"Unknown option: {options[0]}" : $"Unknown options: {string.Join(", ", options)}";
        }

        if (onlyOptions || unmatched.Count == 0)
        {
            return null;
        }

        var first = Enumerable.Range(0, arguments.Count).FirstOrDefault(index => arguments[index] == unmatched[0]);
        var texts = string.Join(", ", unmatched.Select(static token => $"'{token}'"));
        return unmatched.Count == 1 ? $"Unmatched argument at index {first}: {texts}" : $"Unmatched arguments from index {first}: {texts}";
    }

    private static HashSet<Token> AfterDoubleDash(ParseResult parsed) => [.. parsed.Tokens.SkipWhile(static token => token.Type != TokenType.DoubleDash)];

    private static bool LooksLikeOption(string text) => text.Length > 1 && text[0] == '-';

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var row = 1; row <= left.Length; row++)
        {
            var diagonal = previous[0];
            previous[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var above = previous[column];
                previous[column] = Math.Min(Math.Min(above, previous[column - 1]) + 1, diagonal + (left[row - 1] == right[column - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return previous[right.Length];
    }
}
