using System.Text.RegularExpressions;
using Kestra.Model.Flows.Reading;

namespace Kestra.Flows.Yaml;

/// <summary>Finds the places of faults in a document.</summary>
internal static partial class YamlPlaces
{
    /// <summary>The fault with the nearest place that the document has: a missing property is told where its owner stands.</summary>
    public static FlowFault Place(this YamlDocument document, DefinitionFault fault)
    {
        var (line, column) = fault.Path.Length == 0 ? (0, 0) : document.Nearest(fault.Path);
        return new FlowFault(fault.Path, fault.Message, line, column) { Kind = fault.Kind, Shown = fault.Shown ?? fault.Path, Hint = fault.Hint };
    }

    /// <summary>Where a reader from top to bottom comes upon the fault.</summary>
    public static (long Line, long Column) Order(this YamlDocument document, DefinitionFault fault)
    {
        var (line, column) = document.Nearest(fault.Path);
        return line == 0 ? (long.MaxValue, 0) : (line, column);
    }

    /// <summary>Whether the source itself has what the fault is about.</summary>
    public static bool Has(this YamlDocument document, DefinitionFault fault) => document.Positions.ContainsKey(WrittenPath(fault));

    /// <summary>The path as the document writes it.</summary>
    public static string WrittenPath(DefinitionFault fault) => Written().Replace(fault.Path, "$1$2");

    private static (long Line, long Column) Nearest(this YamlDocument document, string path)
    {
        for (path = Written().Replace(path, "$1$2"); ;)
        {
            if (document.Positions.TryGetValue(path, out var position))
            {
                return position;
            }

            var cut = path.LastIndexOfAny(['.', '[']);
            if (cut <= 0)
            {
                return (0, 0);
            }

            path = path[..cut];
        }
    }

    // Words that are reserved in the original's language have an underscore in paths.
    [GeneratedRegex(@"(^|\.)_(finally|else|assert)\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Written();
}
