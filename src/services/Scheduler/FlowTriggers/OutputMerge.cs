namespace Kestra.Scheduler.FlowTriggers;

/// <summary>Puts outputs of several executions together.</summary>
internal static class OutputMerge
{
    /// <summary>Later values replace earlier ones, except that maps are merged at every depth.</summary>
    public static IReadOnlyDictionary<string, object?>? Of(IReadOnlyDictionary<string, object?>? earlier, IReadOnlyDictionary<string, object?>? later)
    {
        if (earlier is null or { Count: 0 } || later is null or { Count: 0 })
        {
            return later is { Count: > 0 } ? later : earlier;
        }

        var merged = new OrderedDictionary<string, object?>(earlier, StringComparer.Ordinal);
        foreach (var (name, value) in later)
        {
            merged[name] = merged.GetValueOrDefault(name) is IReadOnlyDictionary<string, object?> below && value is IReadOnlyDictionary<string, object?> above
                ? Of(below, above)
                : value;
        }

        return merged;
    }
}
