using Kestra.Jq.Runtime;

namespace Kestra.Jq.Values;

/// <summary>Where one value stands inside another.</summary>
internal static class Search
{
    /// <summary>Where the elements of <paramref name="wanted"/> stand in a row.</summary>
    public static List<object?> Indices(Execution execution, IReadOnlyList<object?> list, IReadOnlyList<object?> wanted)
    {
        var found = new List<object?>();
        if (wanted.Count == 0)
        {
            return found;
        }

        for (var start = 0; start <= list.Count - wanted.Count; start++)
        {
            var matched = 0;
            while (matched < wanted.Count && ValueOrder.AreEqual(list[start + matched], wanted[matched]))
            {
                matched++;
            }

            execution.Charge(matched + 1);
            if (matched == wanted.Count)
            {
                found.Add(start);
            }
        }

        return found;
    }

    /// <summary>Where a text stands in another, in code points, found again only after its end.</summary>
    public static List<object?> Indices(Execution execution, string text, string wanted)
    {
        var found = new List<object?>();
        if (wanted.Length == 0)
        {
            return found;
        }

        execution.ChargeText(text.Length);
        int counted = 0, points = 0;
        for (var at = text.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = text.IndexOf(wanted, at + wanted.Length, StringComparison.Ordinal))
        {
            points += CodePoints.Count(text.AsSpan(counted, at - counted));
            counted = at;
            found.Add(points);
        }

        return found;
    }

    /// <summary>Whether <paramref name="part"/> is contained: as a substring, by element, by field.</summary>
    public static bool Contains(Execution execution, object? whole, object? part)
    {
        execution.Step();
        StackGuard.Check();
        return (whole, part) switch
        {
            (IReadOnlyDictionary<string, object?> map, IReadOnlyDictionary<string, object?> fields) =>
                fields.All(field => map.TryGetValue(field.Key, out var value) && ContainsLoosely(execution, value, field.Value)),
            (string text, string wanted) => text.Contains(wanted, StringComparison.Ordinal),
            (IReadOnlyList<object?> list, IReadOnlyList<object?> items) =>
                items.All(item => list.Any(candidate => ContainsLoosely(execution, candidate, item))),
            _ when ValueKinds.Of(whole) == ValueKinds.Of(part) => ValueOrder.AreEqual(whole, part),
            _ => throw JqException.Runtime($"{execution.Describe(whole)} and {execution.Describe(part)} cannot have their containment checked"),
        };
    }

    // Inside arrays and objects, values of different kinds are simply not contained.
    private static bool ContainsLoosely(Execution execution, object? whole, object? part) =>
        ValueKinds.Of(whole) == ValueKinds.Of(part) && Contains(execution, whole, part);
}
