using Kestra.Storage.Queries;

namespace Kestra.Storage.Memory;

/// <summary>Sorts and cuts lists as pages want it. What is missing counts as the greatest.</summary>
internal static class Ordering
{
    /// <param name="natural">The order without a wish, and the last word between equals.</param>
    public static Page<T> Page<T>(IReadOnlyCollection<T> rows, PageRequest page, IReadOnlyDictionary<string, Func<T, IComparable?>> fields, Comparison<T> natural)
    {
        var sorts = (page.Sort ?? []).Select(sort => fields.TryGetValue(sort.Field, out var value)
            ? (Value: value, sort.Descending)
            : throw new InvalidQueryException($"Cannot sort by '{sort.Field}'; sortable are {string.Join(", ", fields.Keys)}")).ToList();
        var ordered = rows.Order(Comparer<T>.Create((left, right) =>
        {
            foreach (var (value, descending) in sorts)
            {
                if (Compare(value(left), value(right)) is not 0 and var order)
                {
                    return descending ? -order : order;
                }
            }

            return natural(left, right);
        }));
        return new Page<T>([.. ordered.Skip(page.Offset).Take(Math.Clamp(page.Size, 0, PageRequest.MaxSize))], rows.Count);
    }

    private static int Compare(IComparable? left, IComparable? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        (string one, string other) => string.CompareOrdinal(one, other),
        _ => left.CompareTo(right),
    };
}
