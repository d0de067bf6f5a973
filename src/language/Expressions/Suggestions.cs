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

    // Letters that are missing, too many, wrong or swapped; case does not count, so that names which differ in nothing else are nearest.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var row = 0; row <= left.Length; row++)
        {
            rows[row, 0] = row;
        }

        for (var column = 0; column <= right.Length; column++)
        {
            rows[0, column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            for (var column = 1; column <= right.Length; column++)
            {
                var changed = rows[row - 1, column - 1] + (Same(left[row - 1], right[column - 1]) ? 0 : 1);
                var distance = Math.Min(changed, Math.Min(rows[row, column - 1], rows[row - 1, column]) + 1);
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                {
                    distance = Math.Min(distance, rows[row - 2, column - 2] + 1);
                }

                rows[row, column] = distance;
            }
        }

        return rows[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToUpperInvariant(left) == char.ToUpperInvariant(right);
}
