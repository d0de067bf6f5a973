namespace Kestra.Jq.Values;

/// <summary>Holds results to a depth that whoever reads them can walk.</summary>
internal static class ValueDepth
{
    public static void Check(object? value, int limit)
    {
        if (value is string or null or bool or int)
        {
            return;
        }

        StackGuard.Check();
        if (limit < 0)
        {
            throw JqException.Limit("a result nests too deep");
        }

        if (value is IReadOnlyDictionary<string, object?> map)
        {
            foreach (var inner in map.Values)
            {
                Check(inner, limit - 1);
            }
        }
        else if (value is IReadOnlyList<object?> list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Check(list[i], limit - 1);
            }
        }
    }
}
