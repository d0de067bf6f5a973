namespace Kestra.Storage.Flows;

/// <summary>The places of a flow's source that match a search, a few lines of text each.</summary>
public static class SourceFragments
{
    private const int Around = 60;
    private const int Limit = 10;

    /// <returns>Pieces of the source with the match between <c>[mark]</c> and <c>[/mark]</c>; at most ten.</returns>
    public static IReadOnlyList<string> Of(string source, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return [];
        }

        var fragments = new List<string>();
        for (var at = source.IndexOf(text, StringComparison.OrdinalIgnoreCase); at >= 0 && fragments.Count < Limit;)
        {
            var end = at + text.Length;
            var until = Math.Min(source.Length, end + Around);
            fragments.Add($"{source[Math.Max(0, at - Around)..at]}[mark]{source[at..end]}[/mark]{source[end..until]}");
            at = until < source.Length ? source.IndexOf(text, until, StringComparison.OrdinalIgnoreCase) : -1;
        }

        return fragments;
    }
}
