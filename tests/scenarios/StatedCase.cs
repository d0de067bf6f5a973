using System.Text.Json.Nodes;

namespace Kestra.Scenarios;

/// <summary>
/// A neighbour of the recorded cases that was worked out by hand from the rules of the specification. One file holds the
/// numbers of the rules, the flow, its subflows, how to drive it (as in the recordings) and the expected <see cref="Trace"/>.
/// </summary>
internal sealed record StatedCase(string Name, string Rules, Recording Recording, string Expected)
{
    private const string Mark = "--- ";

    private static readonly string Folder = Path.Combine(Recording.RepositoryRoot(), "tests", "scenarios", "cases");

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetFiles(Folder, "*.case").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static StatedCase Read(string name)
    {
        var (rules, flow, script, expected) = ("", "", "{}", "");
        var children = new List<string>();
        foreach (var part in ("\n" + File.ReadAllText(Path.Combine(Folder, name + ".case")).ReplaceLineEndings("\n")).Split('\n' + Mark, StringSplitOptions.RemoveEmptyEntries))
        {
            var (head, body) = part.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var end ? (part[..end].Trim(), part[(end + 1)..]) : (part.Trim(), "");
            switch (head.Split(' ')[0])
            {
                case "rules":
                    rules = head["rules".Length..].Trim();
                    break;
                case "flow":
                    flow = $"id: {name}\nnamespace: golden\n{body}";
                    break;
                case "child":
                    children.Add($"id: {head["child".Length..].Trim()}\nnamespace: golden\n{body}");
                    break;
                case "run":
                    script = body;
                    break;
                case "trace":
                    expected = body;
                    break;
                default:
                    throw new FormatException($"The case {name} has a part '{head}' that is not known.");
            }
        }

        return new StatedCase(name, rules, new Recording(name, flow, children, RunScript.Parse(script), new JsonObject()), expected.TrimEnd() + '\n');
    }
}
