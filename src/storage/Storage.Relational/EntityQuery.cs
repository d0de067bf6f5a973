using System.Globalization;
using Kestra.Storage.Queries;

namespace Kestra.Storage.Relational;

/// <summary>What lists of one entity can be filtered and sorted by: closed lists of columns.</summary>
/// <param name="Entity">Its name in messages, plural.</param>
/// <param name="Natural">The order without a wish, and the last word between equals.</param>
public sealed record EntityQuery(string Entity, IReadOnlyDictionary<FilterField, FilterColumn> Filters, IReadOnlyDictionary<string, SortColumn> Sorts, params IReadOnlyList<(string Column, bool Descending)> Natural)
{
    /// <exception cref="InvalidQueryException">A filter that the entity does not have.</exception>
    public void Add(SqlConditions where, QueryFilter filter)
    {
        if (!Filters.TryGetValue(filter.Field, out var column))
        {
            throw FilterValues.UnknownField(filter, Entity);
        }

        column.Add(where, filter);
    }

    /// <summary>The order and the cut of a page, with a blank before.</summary>
    /// <exception cref="InvalidQueryException">A sort field that the entity does not have.</exception>
    public string Paging(PageRequest page)
    {
        var wanted = (page.Sort ?? []).Select(sort => Sorts.TryGetValue(sort.Field, out var column)
            ? (Sorted: column, sort.Descending)
            : throw new InvalidQueryException($"Cannot sort by '{sort.Field}'; sortable are {string.Join(", ", Sorts.Keys)}")).DistinctBy(static sort => sort.Sorted).ToList();

        // A column named twice would keep the database from reading in the order of an index.
        var rest = Natural.Where(natural => !wanted.Exists(sort => sort.Sorted.Column == natural.Column)).Select(static natural => new SortColumn(natural.Column).Clause(natural.Descending));
        var parts = wanted.Select(static sort => sort.Sorted.Clause(sort.Descending)).Concat(rest);
        return string.Create(
            CultureInfo.InvariantCulture,
            $" ORDER BY {string.Join(", ", parts)} LIMIT {Math.Clamp(page.Size, 0, PageRequest.MaxSize)} OFFSET {Math.Max(0, page.Offset)}");
    }
}

/// <param name="Nullable">What is missing counts as the greatest; a column that always has a value needs no word about it.</param>
public readonly record struct SortColumn(string Column, bool Nullable = false)
{
    public string Clause(bool descending) => Column + (descending ? " DESC" : " ASC") + (Nullable ? descending ? " NULLS FIRST" : " NULLS LAST" : "");
}
