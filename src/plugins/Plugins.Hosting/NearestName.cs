namespace Kestra.Plugins.Hosting;

/// <summary>The known name that a misspelt one most likely means.</summary>
internal static class NearestName
{
    /// <returns>Null when nothing is near.</returns>
    public static string? Of(string unknown, IEnumerable<string> known)
    {
        var limit = Math.Max(2, unknown.Length / 4);
        return known.Select(name => (Name: name, Distance: Distance(unknown, name)))
            .Where(candidate => candidate.Distance <= limit || LastPart(candidate.Name).Equals(LastPart(unknown), StringComparison.OrdinalIgnoreCase))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name).FirstOrDefault();
    }

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var change = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(change, Math.Min(previous[column], current[column - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
