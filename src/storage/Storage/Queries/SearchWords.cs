namespace Kestra.Storage.Queries;

/// <summary>
/// The full-text rule of list endpoints, as the database functions <c>fulltext_index</c> and <c>fulltext_search</c> have it: texts are split into
/// words of ASCII letters and digits, and every word of the query has to begin a word of the texts. Case does not matter.
/// </summary>
public static class SearchWords
{
    /// <summary>The distinct words of a query, in lower case.</summary>
    public static IReadOnlyList<string> Of(string query) => [.. Split(query).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether every word begins a word of one of the texts. A query without words restricts nothing.</summary>
    public static bool Match(IReadOnlyList<string> words, params ReadOnlySpan<string?> texts)
    {
        foreach (var word in words)
        {
            if (!Begins(word, texts))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Begins(string word, ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text is not null && Begins(word, text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Begins(string word, string text)
    {
        for (var at = text.IndexOf(word, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            if (at == 0 || !char.IsAsciiLetterOrDigit(text[at - 1]))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Split(string text)
    {
        var start = -1;
        for (var index = 0; index <= text.Length; index++)
        {
            var inside = index < text.Length && char.IsAsciiLetterOrDigit(text[index]);
            if (inside && start < 0)
            {
                start = index;
            }
            else if (!inside && start >= 0)
            {
                yield return text[start..index].ToLowerInvariant();
                start = -1;
            }
        }
    }
}
