namespace Kestra.Model.Flows.Reading;

/// <summary>The order in which the original lists names in its texts: that of its hash tables, which clients have stored in their expectations.</summary>
internal static class JavaOrder
{
    /// <summary>Properties of a class, given in the order of declaration.</summary>
    public static IReadOnlyList<string> Properties(IReadOnlyList<string> names) => Compact(names);

    /// <summary>Constants of an enumeration, given in the order of declaration.</summary>
    public static IReadOnlyList<string> Constants(IReadOnlyList<string> names) => Compact(Hashed(names));

    // A hash table whose buckets are walked in order.
    private static List<string> Hashed(IReadOnlyList<string> names)
    {
        var size = 16;
        while (names.Count > size * 3 / 4)
        {
            size *= 2;
        }

        return [.. names.OrderBy(name => (Hash(name) ^ (Hash(name) >> 16)) & (uint)(size - 1))];
    }

    // Open addressing: a primary slot each, half as many secondary ones, and the rest behind them.
    private static List<string> Compact(IReadOnlyList<string> names)
    {
        var size = SizeOf(names.Count);
        var slots = new SortedDictionary<int, string>();
        var spilled = size + (size / 2);
        foreach (var name in names)
        {
            var primary = (int)(Hash(name) & (uint)(size - 1));
            if (slots.TryAdd(primary, name) || slots.TryAdd(size + (primary / 2), name))
            {
                continue;
            }

            slots[spilled++] = name;
        }

        return [.. slots.Values];
    }

    private static int SizeOf(int count)
    {
        if (count <= 12)
        {
            return count <= 5 ? 8 : 16;
        }

        var size = 32;
        while (size < count + (count / 4))
        {
            size *= 2;
        }

        return size;
    }

    private static uint Hash(string text) => text.Aggregate(0u, (hash, character) => unchecked((31 * hash) + character));
}
