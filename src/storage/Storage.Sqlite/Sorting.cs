using Kestra.Storage.Queries;

namespace Kestra.Storage.Sqlite;

/// <summary>Sort clauses from a closed list of fields.</summary>
internal static class Sorting
{
    public static string Of(PageRequest page, IReadOnlyDictionary<string, string> columns, string natural)
    {
        var parts = (page.Sort ?? []).Select(sort => columns.TryGetValue(sort.Field, out var column)
            ? column + (sort.Descending ? " DESC" : " ASC")
            : throw new InvalidQueryException($"Cannot sort by '{sort.Field}'; sortable are {string.Join(", ", columns.Keys)}")).ToList();
        return " ORDER BY " + (parts.Count == 0 ? natural : string.Join(", ", parts));
    }

    public static string Limit(PageRequest page) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $" LIMIT {Math.Clamp(page.Size, 0, PageRequest.MaxSize)} OFFSET {Math.Max(0, page.Offset)}");
}
