using System.Text.RegularExpressions;
using Kestra.Storage.Queries;
using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

/// <summary>Functions that SQLite does not have; they belong to one connection and one thread at a time.</summary>
internal static class SqliteFunctions
{
    public const string Words = "has_words";

    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    public static void Register(SqliteConnection connection)
    {
        var (pattern, regex) = ("", Compile(""));
        connection.CreateFunction("regexp", (string wanted, string? value) =>
        {
            if (wanted != pattern)
            {
                (pattern, regex) = (wanted, Compile(wanted));
            }

            return value is not null && regex.IsMatch(value);
        });

        var (query, words) = ("", SearchWords.Of(""));
        connection.CreateFunction(Words, arguments =>
        {
            var wanted = (string)arguments[0]!;
            if (wanted != query)
            {
                (query, words) = (wanted, SearchWords.Of(wanted));
            }

            return SearchWords.Match(words, [.. arguments.Skip(1).Select(static value => value as string)]);
        });
    }

    /// <exception cref="InvalidQueryException">Not a regular expression.</exception>
    public static void Check(string pattern)
    {
        try
        {
            Compile(pattern);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidQueryException($"'{pattern}' is no regular expression: {fault.Message}");
        }
    }

    private static Regex Compile(string pattern) => new(pattern, RegexOptions.CultureInvariant, RegexTime);
}
