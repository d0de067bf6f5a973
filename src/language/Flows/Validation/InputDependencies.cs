using Kestra.Model.Flows;

namespace Kestra.Flows.Validation;

/// <summary>Inputs that depend on each other: every name exists, and nobody waits for himself.</summary>
internal static class InputDependencies
{
    public static IEnumerable<string> Check(IReadOnlyList<InputDefinition> inputs)
    {
        var needs = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            needs[input.Id] = input.DependsOn?.Inputs ?? [];
        }

        foreach (var input in inputs)
        {
            foreach (var missing in needs[input.Id].Where(name => !needs.ContainsKey(name)))
            {
                yield return $"Input with id '{input.Id}' depends on a non-existent input '{missing}'.";
            }
        }

        foreach (var input in inputs)
        {
            if (Cycle(input.Id, needs) is { } cycle)
            {
                yield return $"Cycle dependency detected for input with id '{input.Id}': [{string.Join(", ", cycle)}]";
            }
        }
    }

    private static List<string>? Cycle(string start, Dictionary<string, IReadOnlyList<string>> needs)
    {
        var path = new List<string> { start };
        var visited = new HashSet<string>(StringComparer.Ordinal);
        return Walk(start) ? path : null;

        bool Walk(string id)
        {
            foreach (var next in needs.GetValueOrDefault(id) ?? [])
            {
                if (next == start)
                {
                    return true;
                }

                if (!visited.Add(next))
                {
                    continue;
                }

                path.Add(next);
                if (Walk(next))
                {
                    return true;
                }

                path.RemoveAt(path.Count - 1);
            }

            return false;
        }
    }
}
