namespace Kestra.Expressions;

/// <summary>Finds the name that somebody probably meant.</summary>
internal static class Suggestions
{
    // Longer lists are data, not names; longer names are texts.
    private const int MostNames = 1000;
    private const int LongestName = 64;

    /// <returns>A question for the reader, or null when nothing is near.</returns>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length is 0 or > LongestName)
        {
            return null;
        }

        var nearest = known.Take(MostNames)
            .Where(candidate => candidate.Length <= LongestName && candidate != name)
            .Select(candidate => (Name: candidate, Distance: Distance(name, candidate)))
            .Where(candidate => candidate.Distance <= Math.Max(1, name.Length / 3))
            .OrderBy(candidate => candidate.Distance)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        return nearest.Name is null ? null : $"Did you mean `{nearest.Name}`?";
    }

    // Edits between two names, with letter case counting less than a letter: 0 for names that differ in nothing else.
    private static int Distance(string left, string right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
        {
            previous[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var same = char.ToUpperInvariant(left[row - 1]) == char.ToUpperInvariant(right[column - 1]);
                current[column] = Math.Min(Math.Min(current[column - 1], previous[column]) + 1, previous[column - 1] + (same ? 0 : 1));
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
