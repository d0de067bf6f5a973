using Kestra.Model;

namespace Kestra.Engine.Variables;

/// <summary>Labels as a tree of maps, split at dots.</summary>
public static class LabelTree
{
    public static OrderedDictionary<string, object?> Nested(IReadOnlyList<Label> labels)
    {
        var root = new OrderedDictionary<string, object?>();
        foreach (var label in labels)
        {
            var map = root;
            var parts = label.Key.Split('.');
            foreach (var part in parts[..^1])
            {
                // A label that is a value and a prefix at once keeps what came last.
                if (map.TryGetValue(part, out var below) && below is OrderedDictionary<string, object?> inner)
                {
                    map = inner;
                }
                else
                {
                    var added = new OrderedDictionary<string, object?>();
                    map[part] = added;
                    map = added;
                }
            }

            map[parts[^1]] = label.Value;
        }

        return root;
    }
}
